"""Load and soak: the real program in a process of its own, asked by the stand-in.

The load run is `python -m tests.benchmarks.slack_load --seconds 120`: 50 people, each
asking again as soon as the answer is there, real retrieval on the shipped corpus.
The soak is `python -m tests.benchmarks.slack_load --questions 20000 --fake`, where a
small answerer stands in for retrieval, so that it is the Slack part that is soaked.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.slack_standin.standin import SlackStandIn
from tests.slack_standin.workspace import (
    APP_TOKEN,
    BOT_TOKEN,
    SIGNING_SECRET,
    Message,
)

ROOT = Path(__file__).parent.parent.parent
_WARM = 1_000  # questions after which memory is expected to be steady
_ANSWER_S = 120.0  # an answer that takes longer is lost


@dataclass(slots=True)
class Seen:
    """What the stand-in saw."""

    waiting: dict[str, asyncio.Future[None]] = field(default_factory=dict)
    replies: dict[str, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    lost: int = 0
    memory: list[tuple[int, int]] = field(default_factory=list)  # answers, KiB

    async def posted(self, _: str, message: Message) -> None:
        """Count a reply and wake whoever waits for it."""
        thread = str(message.get("thread_ts"))
        self.replies[thread] = self.replies.get(thread, 0) + 1
        waiter = self.waiting.pop(thread, None)
        if waiter is not None and not waiter.done():
            waiter.set_result(None)


def main() -> None:
    """Read the options, run, and print the figures as JSON."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=120)
    options.add_argument("--questions", type=int, default=0, help="instead of seconds")
    options.add_argument("--outstanding", type=int, default=50)
    options.add_argument("--mode", choices=["socket", "http"], default="socket")
    options.add_argument("--fake", action="store_true")
    options.add_argument("--corpus", type=Path, default=ROOT / "corpus")
    options.add_argument("--index", type=Path, help="an index of the corpus, if built")
    chosen = options.parse_args()
    print(json.dumps(asyncio.run(_measure(chosen)), indent=1))  # noqa: T201 - its result


async def _measure(options: argparse.Namespace) -> dict[str, Any]:
    seen = Seen()
    with tempfile.TemporaryDirectory() as folder:
        async with SlackStandIn(echo=False) as slack:
            slack.api.posted = seen.posted
            process = await _start(options, slack, Path(folder))
            try:
                started = time.monotonic()
                await _ask(options, slack, seen, process.pid)
                took = time.monotonic() - started
                process.terminate()
                status = await process.wait()
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        asked = len(seen.seconds) + seen.lost
        rejections = slack.api.rejections
    later = [each for each in seen.memory if each[0] >= min(_WARM, asked / 2)]
    return {
        "mode": options.mode,
        "outstanding": options.outstanding,
        "asked": asked,
        "lost": seen.lost,
        "answered_twice": sum(count > 1 for count in seen.replies.values()),
        "rejected_by_slack": len(rejections),
        "seconds": round(took, 1),
        "questions_a_second": round(asked / took, 1),
        "p50_ms": _percentile(seen.seconds, 50),
        "p95_ms": _percentile(seen.seconds, 95),
        "p99_ms": _percentile(seen.seconds, 99),
        "memory_kib": seen.memory[:: max(len(seen.memory) // 10, 1)],
        "memory_growth_mib": round((later[-1][1] - later[0][1]) / 1024, 1),
        "memory_slope_kib_per_1000": _slope(later),
        "exit_status": status,
    }


async def _start(
    options: argparse.Namespace, slack: SlackStandIn, folder: Path
) -> asyncio.subprocess.Process:
    arguments = ["-m", "tests.slack_standin.serve", slack.api_url, str(folder), "0"]
    if not options.fake:
        config = _write_config(options, slack, folder)
        program = "from bot.cli.slack import app; app()"
        arguments = ["-c", program, "run", "--json-logs", "--config", str(config)]
    tokens = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
    }
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *arguments),
            cwd=ROOT,
            stdout=log,
            stderr=log,
            env={**os.environ, **tokens, "PYTHONPATH": str(ROOT)},
        )
    log_file = folder / "log"
    if options.mode == "http" and not options.fake:
        slack.use_http(f"http://127.0.0.1:{_port(slack)}/slack/events")

    def ready() -> bool:
        if process.returncode is not None:
            raise SystemExit(f"The program has ended:\n{log_file.read_text()[-2000:]}")
        started = slack.http_mode is not None and "started" in log_file.read_text()
        return started or bool(slack.socket_mode.connections)

    await slack.until(ready, 300)
    return process


def _write_config(
    options: argparse.Namespace, slack: SlackStandIn, folder: Path
) -> Path:
    index = options.index or folder / "index"
    config = folder / "bot.toml"
    config.write_text(
        f"[corpus]\npath = {json.dumps(str(options.corpus.absolute()))}\n"
        f"[index]\npath = {json.dumps(str(index.absolute()))}\n"
        f"[slack]\napi_url = {json.dumps(slack.api_url)}\nmode = '{options.mode}'\n"
        f"state = {json.dumps(str(folder / 'state.db'))}\n"
        f"port = {_port(slack) if options.mode == 'http' else 0}\n"
        "per_person = 0\n"  # each of these people asks without a pause
    )
    return config


def _port(slack: SlackStandIn) -> int:
    return slack.port + 1 if slack.port < 65_535 else slack.port - 1


async def _ask(
    options: argparse.Namespace, slack: SlackStandIn, seen: Seen, pid: int
) -> None:
    questions = itertools.cycle(_questions())
    end = time.monotonic() + float(options.seconds)
    limit: int = options.questions
    left = itertools.count(limit, -1)

    def more() -> bool:
        return next(left) > 0 if limit else time.monotonic() < end

    async def person(number: int) -> None:
        while more():
            question, started = next(questions), time.monotonic()
            ts = slack.direct(question, f"U{number:04}LOAD", f"D{number:04}LOAD")
            seen.waiting[ts] = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(_ANSWER_S):
                    await seen.waiting[ts]
            except TimeoutError:
                seen.lost += 1
                continue
            seen.seconds.append(time.monotonic() - started)
            if len(seen.seconds) % 100 == 1:
                seen.memory.append((len(seen.seconds), _resident(pid)))

    await asyncio.gather(*map(person, range(options.outstanding)))
    seen.memory.append((len(seen.seconds), _resident(pid)))


def _questions() -> Iterator[str]:
    for file in sorted((ROOT / "tests" / "data").glob("questions*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield str(json.loads(line)["question"])


def _resident(pid: int) -> int:
    """Memory of a process in KiB, as Linux tells it."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def _percentile(values: list[float], wanted: int) -> float:
    return round(statistics.quantiles(values, n=100)[wanted - 1] * 1000, 1)


def _slope(points: list[tuple[int, int]]) -> float:
    """The median of the slopes of all pairs (Theil and Sen), KiB per 1,000 answers."""
    slopes = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for earlier, later in itertools.combinations(points, 2)
        if later[0] != earlier[0]
    ]
    return round(1000 * statistics.median(slopes), 1) if slopes else 0.0


if __name__ == "__main__":
    main()
