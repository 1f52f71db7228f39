"""Opens the state where a test keeps it: in a file, or on a real server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.config import Config, IndexConfig
from bot.state.opening import open_receipts, open_state
from bot.state.protocol import State
from bot.state.receipts import Receipts
from bot.store_config import StoreConfig


@dataclass(frozen=True, slots=True)
class Kept:
    """A place for the state."""

    folder: Path
    url: str = ""  # of the server; "" is a file in the folder

    @property
    def config(self) -> Config:
        """The settings that name it."""
        return Config(
            index=IndexConfig(str(self.folder / "index")),
            store=StoreConfig(url=self.url, timeout_seconds=20, retry_seconds=20),
        )

    def state(self) -> State:
        """Open claims, threads, answers and votes; any number of times."""
        return open_state(self.config, {})

    def receipts(self) -> Receipts:
        """Open the receipts."""
        return open_receipts(self.config, {})
