"""The door of HTTP mode: only what Slack has signed, lately, gets any further.

The SDK's verifier raises for odd timestamps and signatures, and bolt parses the
body before it checks; this gate works on bytes and refuses whatever is odd.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Literal
from urllib.parse import parse_qs

MAX_BODY = 1_048_576  # bytes
_MAX_AGE_S = 300
_NUMBER = re.compile(rb"[0-9]{1,12}")
Refusal = Literal["", "signature", "timestamp", "json"]


def refuse(
    secret: str, timestamp: str | None, signature: str | None, body: bytes, now: float
) -> Refusal:
    """Say what is wrong with a request, or "" when it may pass."""
    stamp = (timestamp or "").encode("utf-8", "replace")
    if not _NUMBER.fullmatch(stamp) or abs(now - int(stamp)) > _MAX_AGE_S:
        return "timestamp"
    if not hmac.compare_digest(
        sign(secret, stamp, body), (signature or "").encode("utf-8", "replace")
    ):
        return "signature"
    return ""


def sign(secret: str, timestamp: bytes, body: bytes) -> bytes:
    """Sign a request as Slack does, version 0."""
    message = b"v0:" + timestamp + b":" + body
    digest = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return f"v0={digest}".encode()


def readable(content_type: str, body: bytes) -> bool:
    """Whether a body is what Slack sends: a JSON object, or a form with or without."""
    try:
        text = body.decode("utf-8")
        if content_type != "application/x-www-form-urlencoded":
            return _is_object(text)
        return all(map(_is_object, parse_qs(text).get("payload", ())))
    except (ValueError, RecursionError):
        return False


def _is_object(text: str) -> bool:
    found = json.loads(text)
    return isinstance(found, dict) and isinstance(found.get("event", {}), dict)
