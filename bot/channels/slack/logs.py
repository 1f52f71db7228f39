"""Log lines that carry ids and times, and never tokens or what people wrote."""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from typing import Any, TextIO

from bot.errors import EngineError

_LOGGER = logging.getLogger("bot.slack")
_SECRET = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[\w-]+|xapp-[\w-]+|Bearer\s+\S+"
    r"|https://hooks\.slack\.com/\S+|v0=[0-9a-f]{64}"
    r"|(?<=[?&]ticket=)[^\s&\"']+",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?i)((?:token|secret|signature|authorization)['\"]?\s*[=:]\s*)(\S+)"
)


def log(event: str, level: int = logging.INFO, **facts: object) -> None:
    """Write one line about an event: names and ids, no text of people."""
    _LOGGER.log(
        level,
        event,
        extra={
            "facts": {key: value for key, value in facts.items() if value is not None}
        },
    )


def log_error(event: str, error: BaseException, **facts: object) -> None:
    """Write where an error arose: its type and places, and seldom its message.

    A message may quote a question, a document or a token; the ones about the server
    that keeps the state quote neither, and say what to do.
    """
    if isinstance(error, EngineError):
        facts = {"reason": str(error), **facts}
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = [f"{frame.name}:{frame.lineno}" for frame in frames]
    log(event, logging.ERROR, error=type(error).__name__, at=places, **facts)


def redact(text: str) -> str:
    """Blot out what looks like a token, a signature or a private address."""
    return _NAMED.sub(r"\1[redacted]", _SECRET.sub("[redacted]", text))


class _Lines(logging.Formatter):
    """One line a record, as text or JSON, redacted; control characters escaped."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, Any] = getattr(record, "facts", {})
        own = record.name == _LOGGER.name
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "event": record.getMessage() if own else record.name,
            **facts,
        }
        if not own:
            line["message"] = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = type(record.exc_info[1]).__name__
        if self._as_json:
            return redact(json.dumps(line, default=str))
        head = f"{line.pop('time')} {line.pop('level')} {line.pop('event')}"
        pairs = (
            f"{key}={json.dumps(value, default=str)}" for key, value in line.items()
        )
        return redact(" ".join((head, *pairs)))


class _Unquoting(logging.Filter):
    """Keeps the libraries' lines short: they quote whole messages when they fail."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == _LOGGER.name or record.levelno >= logging.CRITICAL:
            return True
        shown = record.getMessage()
        record.msg, record.args = re.split(r"[{\n]|body:|data:", shown)[0][:200], None
        return True


class _Handler(logging.StreamHandler[TextIO]):
    """Writes to stderr; when that fails, the line is lost and shown nowhere else."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's
        """Do nothing: the default prints the record with all that is in it."""


def set_up_logs(*, as_json: bool = False) -> logging.Handler:
    """Write the log to stderr; returns the handler, for taking it off again.

    Libraries are heard from WARNING on: below, they log whole bodies.
    """
    handler = _Handler()
    handler.setFormatter(_Lines(as_json=as_json))
    handler.addFilter(_Unquoting())
    root = logging.getLogger()
    root.addHandler(handler)
    _LOGGER.setLevel(logging.INFO)
    for name in ("slack_sdk", "aiohttp", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)  # it warns of our choices
    return handler
