"""Runs a service until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable

from bot.channels.slack.service import Parts, Service

_STOPS = (signal.SIGTERM, signal.SIGINT)


async def serve(parts: Parts, started: Callable[[Service], None]) -> bool:
    """Serve Slack until SIGTERM or SIGINT; then drain and stop.

    Returns:
        Whether everything was finished. If not, the rest is left to the next start,
        and a thread may still be answering, for which Python would wait.

    Raises:
        SlackError: Slack refuses the tokens or cannot be reached.
        OSError: the address cannot be listened on.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _STOPS:
        loop.add_signal_handler(number, stop.set)
    async with Service(parts) as service:
        started(service)
        await stop.wait()
    return service.drained


def end_now() -> None:
    """End the process without waiting for threads that are still answering."""
    logging.shutdown()
    os._exit(0)
