"""The way of `oss://`: a policy, a bucket that takes the file, and the file's name in a message.

The vendor's Python SDK asks for a policy, posts the file to the bucket it names, and sends
`oss://<key>` with the header `X-DashScope-OssResourceResolve`. What is uploaded stays in memory.
This room refuses disks.
"""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid

from .guard import Guarded
from .refusals import Refusal, invalid

_MOST_FILES = 64


class Policy(Guarded):
    """`GET /api/v1/uploads?action=getPolicy&model=…`."""

    async def get(self, *_: str) -> None:
        """Leave to upload one file into a folder of its own."""
        try:
            key = self.check_key()
            if self.get_query_argument("action", "") != "getPolicy":
                raise invalid("Required body invalid, please check the request body format.")
        except Refusal as refusal:
            self.refuse(refusal)
            return
        owner = hashlib.sha256(key.encode()).hexdigest()[:32]
        day = time.strftime("%Y-%m-%d", time.gmtime())
        folder = f"dashscope-instant/{owner}/{day}/{uuid.uuid4()}"
        signature = secrets.token_urlsafe(20)
        self.emulator.signatures[signature] = folder
        data = {
            "policy": secrets.token_urlsafe(40),
            "signature": signature,
            "upload_dir": folder,
            "upload_host": f"{self.emulator.url}/bucket",
            "expire_in_seconds": 300,
            "max_file_size_mb": 1024,
            "capacity_limit_mb": 999999999,
            "oss_access_key_id": "emulator",
            "x_oss_object_acl": "private",
            "x_oss_forbid_overwrite": "true",
        }
        self.finish({"data": data, "request_id": self.request_id})


class Bucket(Guarded):
    """The upload host: takes a form with the signature of a policy, once."""

    async def post(self, *_: str) -> None:
        """Keep the file, if a policy allows its name."""
        folder = self.emulator.signatures.get(self.get_body_argument("Signature", ""))
        name = self.get_body_argument("key", "")
        files = self.request.files.get("file", [])
        if folder is None or not name.startswith(f"{folder}/") or not files:
            self.deny("The signature allows no such upload.")
            return
        kept = self.emulator.uploads
        kept[f"oss://{name}"] = files[0]["body"]
        while len(kept) > _MOST_FILES:
            del kept[next(iter(kept))]
        self.set_status(200)
        self.finish()


UPLOADS: tuple[tuple[str, type[Guarded]], ...] = (
    (r"/api/v1/uploads", Policy),
    (r"/bucket", Bucket),
)
