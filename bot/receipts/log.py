"""The log of all answers: it may fail, and neither slows nor breaks an answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from bot.config import Config
from bot.identity import hash_settings
from bot.receipts.writing import Asked, write_receipt
from bot.records import Answer
from bot.state.opening import open_receipts
from bot.state.receipts import Receipts

DAY = 86_400  # seconds
_MOST_WAITING = 1_000  # answers; more means a store that does not keep up
_FORGET_EACH = 1_000  # receipts written between two looks for old ones

Notice = Callable[[str], object]
Open = Callable[[Config], Receipts]


class ReceiptLog:
    """Writes receipts in a thread of its own, one durable transaction each.

    `write` returns at once and never raises. A receipt survives the end of the process
    once `close` has returned or the interpreter has ended in order, and a power cut
    from the moment its transaction ends, some milliseconds after the answer. The first
    failure is told, and later ones only after a success.
    """

    def __init__(
        self,
        config: Config,
        settings: Mapping[str, Any],
        notice: Notice,
        opened: Open = open_receipts,
    ) -> None:
        """Take what every receipt needs; the store is opened with the first one.

        Args:
            config: says where they are kept, and how much of them.
            settings: everything set that decides answers, by section.
            notice: told when receipts cannot be kept.
            opened: opens the store.
        """
        self._config = config
        self._settings = settings
        self._configuration = hash_settings(settings)
        self._notice = notice
        self._open = opened
        self._store: Receipts | None = None
        self._written = 0
        self._failing = False
        self._waiting = 0
        self._guard = threading.Lock()
        # One thread: started by the first answer, and waited for when Python ends.
        self._pool = ThreadPoolExecutor(1, "bot-receipts")

    def write(self, asked: Asked, answer: Answer) -> None:
        """Keep a receipt of an answer, soon."""
        with self._guard:
            full = self._waiting >= _MOST_WAITING
            self._waiting += not full
        if full:
            self._tell("the store does not keep up with the answers")
            return
        try:
            task = self._pool.submit(self._insert, asked, answer)
        except RuntimeError:  # after `close`, or when Python is ending
            self._done(None)
            self._tell("the log is closed")
        else:
            task.add_done_callback(self._done)

    def close(self) -> None:
        """Wait until everything is written, and let the store go."""
        self._pool.shutdown()
        if self._store is not None:
            self._store.close()
            self._store = None

    def _insert(self, asked: Asked, answer: Answer) -> None:
        """Write one receipt; runs in the log's own thread."""
        kept = self._config.receipts
        receipt = write_receipt(
            answer,
            asked,
            place=self._config.index_path.absolute().name,
            configuration=self._configuration,
            keep_question=kept.questions,
        )
        if self._store is None:
            self._store = self._open(self._config)
        self._store.save(receipt, self._settings)
        self._failing = False
        if self._written % _FORGET_EACH == 0:
            self._store.forget(asked.at - kept.keep_days * DAY)
        self._written += 1

    def _done(self, task: Future[Any] | None) -> None:
        with self._guard:
            self._waiting -= 1
        error = task.exception() if task else None
        if error is not None:
            self._tell(str(error))

    def _tell(self, reason: str) -> None:
        with self._guard:
            known, self._failing = self._failing, True
        if not known:
            self._notice(
                f"No receipt of this answer is kept: {' '.join(reason.split())} "
                "(`enabled = false` under [receipts] in bot.toml turns receipts off.)"
            )
