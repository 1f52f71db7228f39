"""Opens the state where a test keeps it: in a file, or on a real server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.config import Config, IndexConfig
from bot.slack_config import SlackConfig
from bot.state.opening import open_receipts, open_state
from bot.state.protocol import State
from bot.state.receipts import Receipts
from bot.store_config import StoreConfig

# A machine under load must not look like a server that is down.
_PATIENT = {"timeout_seconds": 20.0, "retry_seconds": 20.0}


@dataclass(frozen=True, slots=True)
class Kept:
    """A place for the state."""

    folder: Path
    url: str = ""  # of the server; "" is a file in the folder
    store: Mapping[str, Any] = field(default_factory=dict)  # more of that section

    @property
    def config(self) -> Config:
        """The settings that name it."""
        return Config(
            index=IndexConfig(str(self.folder / "index")),
            slack=SlackConfig(state="" if self.url else str(self.folder / "state.db")),
            store=StoreConfig(url=self.url, **{**_PATIENT, **self.store}),
        )

    def state(self) -> State:
        """Open claims, threads, answers and votes; any number of times."""
        return open_state(self.config, {})

    def receipts(self) -> Receipts:
        """Open the receipts."""
        return open_receipts(self.config, {})
