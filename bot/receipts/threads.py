"""Of the readings that a thread tries, only the answer it gives gets a receipt."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from bot.receipts.log import ReceiptLog
from bot.receipts.writing import Asked
from bot.records import Answer

_KEPT = 50  # answers tried at a time, in all branches of a thread


class ThreadLog:
    """Waits to hear which of the answers that were tried is given."""

    def __init__(self, log: ReceiptLog) -> None:
        """Keep receipts in this log."""
        self._log = log
        self._tried: OrderedDict[str, tuple[Asked, Answer]] = OrderedDict()
        self._guard = Lock()

    def tried(self, asked: Asked, answer: Answer) -> None:
        """Remember an answer that may be given."""
        with self._guard:
            self._tried[answer.id] = (asked, answer)
            while len(self._tried) > _KEPT:
                self._tried.popitem(last=False)

    def given(self, answer: Answer) -> None:
        """Keep a receipt of the answer behind the one that is given.

        A thread puts a note before an answer, which is no part of what can be asked
        again. Where it turned the answer into a refusal, the refusal is kept.
        """
        with self._guard:
            asked, tried = self._tried.pop(answer.id, (None, None))
        if asked is None or tried is None:
            return  # small talk, or given before
        if tried.status == answer.status:
            self._log.write(asked, tried)
        else:
            self._log.write(Asked(asked.question, asked.visible, alone=False), answer)
