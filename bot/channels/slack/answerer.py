"""Runs questions on a few worker threads, each with a deadline."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Workers:
    """A bounded pool: what is answered at the same time never exceeds the cores."""

    def __init__(self, count: int, deadline: float) -> None:
        """Start no thread yet.

        Args:
            count: of workers; 0 is one a core.
            deadline: seconds a piece of work may take once it has begun.
        """
        self._count = count or os.cpu_count() or 1
        self._deadline = deadline
        self._free = asyncio.Semaphore(self._count)
        self._pool = ThreadPoolExecutor(self._count, "answer")

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do a piece of work on a worker.

        Raises:
            TimeoutError: it took too long. Its worker stays occupied until the work
                ends, since a thread cannot be stopped.
        """
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        call = functools.partial(work, *args, **kwargs)
        try:
            future = loop.run_in_executor(self._pool, call)
        except BaseException:
            self._free.release()
            raise
        future.add_done_callback(self._ended)
        async with asyncio.timeout(self._deadline):
            return await asyncio.shield(future)

    def close(self) -> None:
        """Start nothing more; what runs on is left alone."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ended(self, future: asyncio.Future[T]) -> None:
        if not future.cancelled():
            future.exception()  # whoever waited has seen it; a late one is nobody's
        self._free.release()


class StateThread:
    """Calls the state, which blocks on disk, on one thread of its own."""

    def __init__(self) -> None:
        """Start no thread yet."""
        self._pool = ThreadPoolExecutor(1, "state")

    async def __call__(
        self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Make one call, in the order in which they are asked for."""
        call = functools.partial(work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def close(self) -> None:
        """Finish what was asked for, and stop."""
        self._pool.shutdown(wait=True)
