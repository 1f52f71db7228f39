"""What one check of the installation found."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Check:
    """A finding, and the remedy where one is needed."""

    name: str
    status: Literal["ok", "warning", "failed"]
    detail: str
    remedy: str = ""  # the command or step that mends it

    def payload(self) -> dict[str, str]:
        """Return the finding for programs."""
        return asdict(self)
