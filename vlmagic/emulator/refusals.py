"""How the service says no: one exception, and the table of its two vocabularies.

A refusal is raised by a check or chosen by a fault and turned into bytes by `wire`. This room
refuses to know when a refusal is due. Codes and words: Model Studio's "Error codes" page.
"""

from __future__ import annotations

# Native code -> (code, type) in the OpenAI-compatible body; a code not listed stands for itself.
_COMPATIBLE = {
    "InvalidParameter": ("invalid_parameter_error", "invalid_request_error"),
    "InvalidParameter.DataInspection": ("invalid_parameter_error", "invalid_request_error"),
    "InvalidParameter.NotSupportEnableThinking": (
        "invalid_parameter_error",
        "invalid_request_error",
    ),
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
_ERROR_PAGE = "https://help.aliyun.com/zh/model-studio/error-code#apikey-error"


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


def wrong_key() -> Refusal:
    """A key that this region does not know."""
    words = f"Incorrect API key provided. For details, see: {_ERROR_PAGE}"
    message = "Invalid API-key provided."
    return Refusal(401, "InvalidApiKey", message, compatible=words, gateway=True)


def no_key() -> Refusal:
    """No key at all."""
    return Refusal(401, "InvalidApiKey", "No API-key provided.", gateway=True)


def no_model(name: str) -> Refusal:
    """A model that does not exist, is not of this region, or was retired."""
    message = f"The model {name} does not exist or you do not have access to it."
    return Refusal(404, "ModelNotFound", message, gateway=True)
