"""Texts are encoded beside the rest of a build, so that no core waits for the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

from bot.dense import Encoder, Floats

_BATCH = 128  # texts encoded before their vectors can be kept

Text = tuple[bytes, str]  # key and text


@dataclass(frozen=True, slots=True)
class Batch:
    """Some texts that are being encoded, or wait for it."""

    keys: Sequence[bytes]
    vectors: Future[Floats]  # aligned


class EncodingAhead:
    """Encodes in a thread of its own what it is given, in that order.

    Everything else of a build stays in the caller's thread: its steps on the disk come
    in the same order whatever the speed of the encoder.
    """

    def __init__(self, encoder: Callable[[], Encoder]) -> None:
        """Begin nothing yet.

        Args:
            encoder: returns the encoder; called when the first text is begun.
        """
        self._encoder = encoder
        self._pool = ThreadPoolExecutor(1, "encode-ahead")
        self._begun: set[bytes] = set()

    def begin(self, texts: Mapping[bytes, str]) -> list[Batch]:
        """Begin to encode texts, by key, but for those that were begun before."""
        new = [each for each in texts.items() if each[0] not in self._begun]
        self._begun.update(key for key, _ in new)
        return [self._submitted(each) for each in _batches(new)]

    def __enter__(self) -> Self:
        """Use it in a ``with`` statement."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give up what was not begun when the ``with`` statement ends."""
        self._pool.shutdown(cancel_futures=True)

    def _submitted(self, batch: Sequence[Text]) -> Batch:
        keys, texts = zip(*batch, strict=True)
        return Batch(keys, self._pool.submit(self._encoder().encode, texts))


def _batches(items: Sequence[Text]) -> Iterator[Sequence[Text]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
