"""Starts the service in processes of their own, to be killed."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.kept import Kept
from tests.slack_standin.standin import SlackStandIn

_ROOT = Path(__file__).parent.parent.parent


@asynccontextmanager
async def serving(
    slack: SlackStandIn, folder: Path, seconds: float = 0, url: str = ""
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Serve the stand-in until the end, or until the process is killed.

    Args:
        slack: the stand-in; it is connected when the block begins.
        folder: of the state, and of the log.
        seconds: that an answer takes.
        url: of the server that keeps the state instead.
    """
    arguments = (slack.api_url, str(folder), str(seconds), url)
    command = (sys.executable, "-m", "tests.slack_standin.serve", *arguments)
    async with running_process(slack, folder, *command) as process:
        yield process


@asynccontextmanager
async def running_process(
    slack: SlackStandIn, folder: Path, *command: str, **environment: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a command that connects to the stand-in; what it writes goes to a log."""
    before = slack.socket_mode.opened
    log = (folder / "log").open("ab")
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=_ROOT,
        stdout=log,
        stderr=log,
        env={**os.environ, "PYTHONPATH": str(_ROOT), **environment},
    )
    try:
        await slack.until(lambda: slack.socket_mode.opened > before, 60)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        log.close()


def replies_to(slack: SlackStandIn, asked: list[str]) -> list[int]:
    """Count the replies to each question."""
    return [len(slack.workspace.replies("C0GENERAL", ts)) for ts in asked]


async def all_answered(slack: SlackStandIn, url: str, asked: list[str]) -> None:
    """Wait until nothing is left to do, and see that each question has one reply."""
    state = Kept(Path(), url).state()
    try:
        await slack.until(lambda: min(replies_to(slack, asked)) > 0, 60)
        await slack.until(lambda: state.inbox.unfinished() == 0, 60)
    finally:
        state.backend.close()
    assert replies_to(slack, asked) == [1] * len(asked)
    assert slack.api.rejections == []
