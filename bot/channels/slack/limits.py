"""How much a person or a channel may ask in a minute."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable

_WINDOW_S = 60.0
_MOST = 10_000  # people and channels remembered


class Limits:
    """Counts questions in the last minute, in this process."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Start with nothing counted."""
        self._clock = clock
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()

    def admit(self, who: str, most: int) -> bool:
        """Count a question unless it is one too many; 0 is no limit."""
        if most == 0:
            return True
        now = self._clock()
        times = self._asked.setdefault(who, deque())
        self._asked.move_to_end(who)
        while times and now - times[0] >= _WINDOW_S:
            times.popleft()
        if len(times) >= most:
            return False
        times.append(now)
        while len(self._asked) > _MOST:
            self._asked.popitem(last=False)
        return True
