"""The encoder of an opened generation: read, verified and opened once, when wanted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from bot.dense import Encoder


class HeldEncoder:
    """Opens an encoder once, whichever thread asks first."""

    def __init__(self, opened: Callable[[], Encoder]) -> None:
        """Open nothing yet.

        Args:
            opened: opens it. When it fails, the next who asks tries again.
        """
        self._opened = opened
        self._encoder: Encoder | None = None
        self._guard = Lock()
        self._closed = False

    def get(self) -> Encoder:
        """Return the encoder; whoever comes while it is being opened waits.

        Raises:
            IndexDamagedError: one of its files is missing or changed.
            EncoderError: its files cannot be run.
            ValueError: its generation was let go before it was opened.
        """
        with self._guard:
            if self._encoder is None:
                if self._closed:
                    raise ValueError("the reader is closed")
                self._encoder = self._opened()
            return self._encoder

    def warm(self) -> None:
        """Begin to open it, without waiting; an error is told to who asks next."""
        background = ThreadPoolExecutor(1, "open-encoder")
        # The first question is what opens the model; any will do.
        background.submit(lambda: self.get().encode_query("?"))
        background.shutdown(wait=False)

    def close(self) -> None:
        """Open it no more: its files may be removed. One that is open stays so."""
        self._closed = True
