"""A process of its own that serves the stand-in; for tests that kill it.

Arguments: api_url, folder, seconds an answer takes, and a server for the state.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bot.channels.slack.logs import set_up_logs
from bot.channels.slack.running import end_now, serve
from bot.channels.slack.service import Parts
from bot.channels.slack.tokens import Secrets
from bot.records import Answer
from tests.kept import Kept
from tests.slack_standin.fakes import FakeBot
from tests.slack_standin.harness import QUICK
from tests.slack_standin.workspace import APP_TOKEN, BOT_TOKEN

# A machine under load must not look like a dead connection.
_CONFIG = dataclasses.replace(QUICK, ping_seconds=5.0, queue=1_000)


def main(api_url: str, folder: str, seconds: str, url: str = "") -> None:
    """Serve until killed."""
    set_up_logs(as_json=True)
    bot = FakeBot()

    def ask(
        question: str,
        *,
        visible: frozenset[str] | None = None,
        turns: Sequence[Answer] = (),
    ) -> Answer:
        time.sleep(float(seconds))
        bot.asked.clear()  # a soak would take its growth for the service's
        bot.turns.clear()
        return bot.ask(question, visible=visible, turns=turns)

    parts = Parts(
        config=dataclasses.replace(_CONFIG, api_url=api_url),
        desk=dataclasses.replace(bot.desk(), ask=ask),
        state=Kept(Path(folder), url).state(),
        secrets=Secrets(BOT_TOKEN, APP_TOKEN),
    )
    if not asyncio.run(serve(parts, lambda _: None)):
        end_now()


if __name__ == "__main__":
    main(*sys.argv[1:])
