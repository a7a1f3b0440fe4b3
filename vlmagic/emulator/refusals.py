"""How the service says no: one exception, its two vocabularies, and the refusals without a cause.

A refusal is raised by a check or chosen by a fault and turned into bytes by `wire`. What depends on
the request has its words beside the rule that is broken; what depends on the account, the load or
the rest of the world has them here, by name. This room refuses to know when a refusal is due.

Source of codes and words: Model Studio's "Error codes" page.
"""

from __future__ import annotations

from typing import NamedTuple

_BAD_PARAMETER = ("invalid_parameter_error", "invalid_request_error")
# Native code -> (code, type) in the OpenAI-compatible body; a code not listed stands for itself.
_COMPATIBLE = {
    "InvalidParameter": _BAD_PARAMETER,
    "InvalidParameter.DataInspection": _BAD_PARAMETER,
    "InvalidParameter.NotSupportEnableThinking": _BAD_PARAMETER,
    "BadRequest.EmptyModel": ("invalid_request_error", "invalid_request_error"),
    "InvalidApiKey": ("invalid_api_key", "invalid_request_error"),
    "DataInspectionFailed": ("data_inspection_failed", "data_inspection_failed"),
    "AccessDenied": ("access_denied", "access_denied"),
    "ModelNotFound": ("model_not_found", "invalid_request_error"),
    "Throttling.RateQuota": ("limit_requests", "limit_requests"),
    "Throttling.BurstRate": ("limit_burst_rate", "limit_burst_rate"),
    "Throttling.AllocationQuota": ("insufficient_quota", "insufficient_quota"),
    "InternalError": ("internal_error", "internal_error"),
}


class Refusal(Exception):  # noqa: N818 - it is the service that refuses, nothing went wrong here
    """One refusal: HTTP status, the native code, and the service's own words.

    `compatible` are the words of the other interface where they differ. `algorithm` marks what
    the model server itself refuses: there the compatible interface puts a prefix before the words.
    `gateway` marks what is refused before a stream exists, so with a real HTTP status everywhere.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        compatible: str = "",
        algorithm: bool = False,
        gateway: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.compatible = compatible or (
            f"<{status}> InternalError.Algo.{code}: {message}" if algorithm else message
        )
        self.gateway = gateway

    def native_body(self, request_id: str) -> dict[str, object]:
        """The flat body of the native interface."""
        return {"code": self.code, "message": self.message, "request_id": request_id}

    def compatible_body(self, request_id: str) -> dict[str, object]:
        """The nested body of the compatible interface."""
        code, kind = _COMPATIBLE.get(self.code, (self.code, self.code))
        inner = {"message": self.compatible, "type": kind, "param": None, "code": code}
        return {"error": inner, "request_id": request_id}


def invalid(message: str, *, compatible: str = "", algorithm: bool = False) -> Refusal:
    """The common one: 400 InvalidParameter."""
    return Refusal(
        400,
        "InvalidParameter",
        message,
        compatible=compatible,
        algorithm=algorithm,
    )


# -- what no request can be blamed for ---------------------------------------------------------


class _State(NamedTuple):
    """One wording of a refusal; may hold {model}."""

    status: int
    code: str
    says: str
    compatible: str = ""
    gateway: bool = True


_ERROR_PAGE = "https://help.aliyun.com/zh/model-studio/error-code#apikey-error"
_INSPECTION = "during the data inspection process."
_VIDEO = "The video modality input does not meet the requirements because: "
_STATES = (
    # the key, the account, the workspace
    _State(401, "InvalidApiKey", "Invalid API-key provided.", f"Incorrect API key provided. For details, see: {_ERROR_PAGE}"),
    _State(401, "InvalidApiKey", "No API-key provided."),
    _State(401, "NOT AUTHORIZED", "Access denied: Either you are not authorized to access this workspace, or the workspace does not exist."),
    _State(400, "Arrearage", "Access denied, please make sure your account is in good standing."),
    _State(403, "AccessDenied", "Access denied."),
    _State(403, "AccessDenied", "Current user api does not support asynchronous calls."),
    _State(403, "AccessDenied.Unpurchased", "Access to model denied. Please make sure you are eligible for using the model."),
    _State(403, "Model.AccessDenied", "Model access denied."),
    _State(403, "Workspace.AccessDenied", "Workspace access denied."),
    _State(403, "AllocationQuota.FreeTierOnly", 'The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis, please disable the "use free tier only" mode in the management console.'),
    _State(404, "ModelNotFound", "The model {model} does not exist or you do not have access to it."),
    _State(404, "ModelNotFound", "The model {model} does not exist."),
    _State(404, "ModelNotFound", "Model can not be found."),
    _State(404, "model_not_supported", "Unsupported model {model} for OpenAI compatibility mode."),
    _State(404, "WorkSpaceNotFound", "WorkSpace can not be found."),
    # the load
    _State(429, "Throttling", "Requests throttling triggered."),
    _State(429, "Throttling", "Too many requests in route. Please try again later."),
    _State(429, "Throttling.RateQuota", "Requests rate limit exceeded, please try again later.", "You exceeded your current requests list."),
    _State(429, "LimitRequests", "You exceeded your current requests list."),
    _State(429, "Throttling.BurstRate", "Request rate increased too quickly. To ensure system stability, please adjust your client logic to scale requests more smoothly over time."),
    _State(429, "Throttling.AllocationQuota", "Allocated quota exceeded, please increase your quota limit.", "You exceeded your current quota, please check your plan and billing details."),
    _State(500, "InternalError", "An internal error has occured, please try again later or contact service support."),
    _State(500, "InternalError.Algo", "inference internal error.", gateway=False),
    _State(500, "RequestTimeOut", "Request timed out, please try again later."),
    _State(500, "RequestTimeOut", "Response timeout!"),
    _State(503, "ModelServingError", "Too many requests. Your requests are being throttled due to system capacity limits. Please try again later."),
    _State(503, "ModelUnavailable", "Model is unavailable, please try again later."),
    # what the service finds when it fetches and looks
    _State(400, "DataInspectionFailed", "Input or output data may contain inappropriate content.", gateway=False),
    _State(400, "DataInspectionFailed", "Input data may contain inappropriate content.", gateway=False),
    _State(400, "DataInspectionFailed", "Output data may contain inappropriate content.", gateway=False),
    _State(400, "InvalidParameter.DataInspection", f"Download the media resource timed out {_INSPECTION}", gateway=False),
    _State(400, "InvalidParameter.DataInspection", f"Unable to download the media resource {_INSPECTION}", gateway=False),
    _State(400, "InvalidParameter.DataInspection", f"Don't have authorization to access the media resource {_INSPECTION}", gateway=False),
    _State(400, "InvalidParameter.DataInspection", "The media format is not supported or incorrect for the data inspection.", gateway=False),
    _State(400, "InvalidParameter.DataInspection", "Failed to decode the image during the data inspection.", gateway=False),
    _State(500, "InternalError.Algo", "Missing Content-Length of multimodal url.", gateway=False),
    _State(400, "InvalidParameter", "Wrong Content-Type of multimodal url", gateway=False),
    _State(400, "InvalidParameter", f"{_VIDEO}The video file is too long.", gateway=False),
    _State(400, "InvalidParameter", "Invalid video file.", gateway=False),
    # what other models and older days say
    _State(400, "InvalidParameter", "parameter.enable_thinking must be set to false for non-streaming calls", gateway=False),
    _State(400, "InvalidParameter", "parameter.enable_thinking only support stream call", gateway=False),
    _State(400, "InvalidParameter", "current user api does not support http call.", gateway=False),
    _State(400, "InvalidParameter", "Model not exist.", gateway=False),
)  # fmt: skip


def _named() -> dict[str, _State]:
    found: dict[str, _State] = {}
    for row in _STATES:
        count = sum(known.code == row.code for known in found.values())
        found[f"{row.code}#{count + 1}" if count else row.code] = row
    return found


STATES = _named()
"""By code; the second wording of a code is "CODE#2", and so on."""


def state(name: str, model: str = "qwen-does-not-exist") -> Refusal:
    """The refusal of this name; `KeyError` if there is none."""
    status, code, says, compatible, gateway = STATES[name]
    return Refusal(
        status, code, says.replace("{model}", model), compatible=compatible, gateway=gateway
    )


def wrong_key() -> Refusal:
    """A key that this region does not know."""
    return state("InvalidApiKey")


def no_key() -> Refusal:
    """No key at all."""
    return state("InvalidApiKey#2")


def no_model(name: str) -> Refusal:
    """A model that does not exist, is not of this region, or was retired."""
    return state("ModelNotFound", name)
