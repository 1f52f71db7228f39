"""Work in a thread, so that the person can stop waiting for it at any time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Generic, Self, TypeVar

_Result = TypeVar("_Result")

_TICK = 0.1  # seconds; Windows only notices Ctrl-C between two waits
_QUICK = 0.3  # seconds; what is done by then needs no sign that it is being done


class Later(Generic[_Result]):
    """The result of work in a thread of its own."""

    def __init__(
        self, work: Callable[[], _Result], done: Callable[[], object] = lambda: None
    ) -> None:
        """Take the work, and whom to tell when it is done."""
        self._work = work
        self._tell = done
        self._done = threading.Event()
        self._result: _Result | None = None
        self._error: BaseException | None = None

    def begin(self) -> Self:
        """Begin; a thread that is given up does not keep the program alive."""
        threading.Thread(target=self._run, daemon=True).start()
        return self

    @property
    def ready(self) -> bool:
        """Whether there is a result and no error."""
        return self._done.is_set() and self._error is None

    @property
    def failed(self) -> bool:
        """Whether the work ended with an error."""
        return self._error is not None

    def get(self, waiting: Callable[[], AbstractContextManager[None]]) -> _Result:
        """Wait for the result, under a sign when it takes longer.

        Raises:
            KeyboardInterrupt: the person stopped waiting; the work goes on unseen.
            BaseException: what the work raised.
        """
        if not self._done.wait(_QUICK):
            with waiting():
                while not self._done.wait(_TICK):
                    pass
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value] # set when there is no error

    def peek(self) -> _Result | None:
        """Return the result if it is there."""
        return self._result if self._done.is_set() else None

    def _run(self) -> None:
        try:
            self._result = self._work()
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._error = error
        finally:
            self._done.set()
            self._tell()
