"""One queue a channel: replies go out in the order of the questions, and spaced."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Work = Callable[["Lane"], Awaitable[None]]


class Lane:
    """A queue of work for one channel, done one after the other."""

    def __init__(self, interval: float) -> None:
        """Start empty and free."""
        self._interval = interval
        self._free_at = 0.0
        self.queue: deque[Work] = deque()

    async def turn(self) -> None:
        """Wait until something may be posted here, and take that moment."""
        now = asyncio.get_running_loop().time
        # `hold` may move the moment while we wait for it.
        while (wait := self._free_at - now()) > 0:  # noqa: ASYNC110 - time, no event
            await asyncio.sleep(wait)
        self._free_at = now() + self._interval

    def hold(self, seconds: float) -> None:
        """Post nothing for a while: Slack asked for it."""
        until = asyncio.get_running_loop().time() + seconds
        self._free_at = max(self._free_at, until)

    async def rest(self) -> None:
        """Wait until it is free again, so that the spacing outlives the lane."""
        await asyncio.sleep(max(self._free_at - asyncio.get_running_loop().time(), 0))


class Lanes:
    """The lanes that have work, each with a task of its own."""

    def __init__(
        self, interval: float, on_error: Callable[[BaseException], None]
    ) -> None:
        """Start without lanes.

        Args:
            interval: seconds between two posts of a lane.
            on_error: told what a piece of work raised; the lane goes on.
        """
        self._interval = interval
        self._on_error = on_error
        self._lanes: dict[str, tuple[Lane, asyncio.Task[None]]] = {}

    def add(self, name: str, work: Work) -> None:
        """Put work at the end of a lane."""
        if name not in self._lanes:
            lane = Lane(self._interval)
            lane.queue.append(work)
            self._lanes[name] = (lane, asyncio.create_task(self._run(name, lane)))
        else:
            self._lanes[name][0].queue.append(work)

    def __len__(self) -> int:
        """Lanes that have work or rest after it."""
        return len(self._lanes)

    @property
    def busy(self) -> bool:
        """Whether any work is queued or being done."""
        return any(lane.queue for lane, _ in self._lanes.values())

    async def close(self) -> None:
        """Stop where each lane stands."""
        tasks = [task for _, task in self._lanes.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._lanes.clear()

    async def _run(self, name: str, lane: Lane) -> None:
        while lane.queue:
            try:
                await lane.queue[0](lane)
            except Exception as error:  # noqa: BLE001 - one reply must not stop others
                self._on_error(error)
            lane.queue.popleft()
            if not lane.queue:
                await lane.rest()
        del self._lanes[name]
