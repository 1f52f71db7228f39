"""What several test modules share: an index built once by the real program."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from tests.redis_server import quick_redis_url, redis_url, shared_redis, start_redis

__all__ = [
    "quick_redis_url",
    "redis_url",
    "shared_redis",
    "start_redis",
]  # fixtures of all modules

# The same examples in every run: a failure can be looked into, and CI does not throw
# dice. Timing is the machine's business.
settings.register_profile("bot", derandomize=True, deadline=None)
settings.load_profile("bot")

# A shell without job control starts what it puts in the background with Ctrl-C
# ignored, and programs inherit that: those of the tests have to hear it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Run by hand, with programs that the tests do not need.
collect_ignore_glob = [
    "fuzz/*.py",
    "benchmarks/speed/engines/*.py",
    "data/formats/*.py",
]
REPOSITORY = Path(__file__).parent.parent
_DOCUMENTS = ("consortia/article.md", "technology/interposers.md", "policy/nedo.md")


@dataclass(frozen=True)
class Workplace:
    """A folder with a small corpus of real documents and its index."""

    corpus: Path
    index: Path

    @property
    def options(self) -> tuple[str, ...]:
        """The options that name both."""
        return ("--corpus", str(self.corpus), "--index", str(self.index))


Completed = subprocess.CompletedProcess[str]
RunBot = Callable[..., Completed]


@pytest.fixture(scope="session")
def run_bot() -> RunBot:
    """Run the real program in a process of its own."""

    def run(
        *arguments: str,
        stdin: str | bytes = "",
        cwd: Path | None = None,
        env: dict[str, str] | None = None,
    ) -> Completed:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            input=data,
            capture_output=True,
            check=False,
            cwd=cwd,
            env=env,
        )
        return subprocess.CompletedProcess(
            done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
        )

    return run


@pytest.fixture(scope="session")
def workplace(
    tmp_path_factory: pytest.TempPathFactory, run_bot: RunBot, worker_id: str
) -> Workplace:
    """Three documents of the shipped corpus, indexed with the shipped model.

    Building takes some 15 seconds, so that all workers of a run share one.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "workplace"
    shared.mkdir(exist_ok=True)
    made = Workplace(shared / "corpus", shared / "index")
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.index.exists():
            for name in _DOCUMENTS:
                copy = made.corpus / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes((REPOSITORY / "corpus" / name).read_bytes())
            done = run_bot("index", str(made.corpus), *made.options[2:])
            assert done.returncode == 0, done.stderr
    return made
