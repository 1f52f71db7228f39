"""The encoder of an opened generation: read, verified and opened once, when wanted."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from bot.dense import Encoder
from bot.stores.encoders import EncoderFactory
from bot.stores.manifest import EncoderRef
from bot.stores.objects import ReadableObjects, damaged


def open_kept(
    entry: EncoderRef, objects: ReadableObjects, factory: EncoderFactory
) -> Encoder:
    """Open the encoder whose files are in an index.

    Raises:
        IndexDamagedError: one of its files is missing or changed.
        EncoderError: its files cannot be run.
    """
    data = objects.read_all([*entry.files.values()])
    return factory.load(dict(zip(entry.files, data, strict=True)))


def open_named(
    entry: EncoderRef, objects: ReadableObjects, factory: EncoderFactory, place: object
) -> Encoder:
    """Open the encoder of a generation, and see that it is the one that is named.

    Args:
        entry: what the generation says of it.
        objects: have its files.
        factory: opens it.
        place: of the generation, for messages.

    Raises:
        IndexDamagedError: it is another one, or a file is missing or changed.
        EncoderError: its files cannot be run.
    """
    encoder = open_kept(entry, objects, factory)
    if (encoder.name, encoder.dimensions) != (entry.name, entry.dimensions):
        raise damaged(
            place, f"names encoder {entry.name}, its files are {encoder.name}"
        )
    return encoder


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
