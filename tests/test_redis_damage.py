"""An index on a Redis server of which something is gone, changed or taken over."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.config import Config
from bot.errors import (
    EngineError,
    IndexBusyError,
    IndexDamagedError,
)
from bot.indexing.report import Progress
from bot.redis_link import Link
from bot.storage import RedisStore
from bot.store_config import StoreConfig
from bot.stores.redis import engine
from bot.stores.redis.locks import Claims
from bot.stores.redis.names import Names
from bot.stores.redis.opening import open_names
from tests.dropping_proxy import DroppingProxy
from tests.redis_exchanges import on_exchange
from tests.redis_server import RedisServer
from tests.scenarios import EDITED
from tests.small_encoder import small_encoders
from tests.small_index import TEXTS, everything, settings, write_corpus

ROOT = "bot:index:index"


class Place:
    """A store, and a plain way to the same server."""

    def __init__(self, url: str, folder: Path, keep: int = 2) -> None:
        """Write the first corpus."""
        kept = StoreConfig(url, timeout_seconds=20.0, retry_seconds=0.3)
        self.config: Config = dataclasses.replace(
            settings(folder, keep=keep), store=kept
        )
        write_corpus(self.config.corpus_path, TEXTS)
        self.store = RedisStore(self.config, small_encoders())

    def edit(self) -> None:
        """Write the second corpus."""
        write_corpus(self.config.corpus_path, EDITED)

    def opened(self) -> tuple[Link, Names]:
        """Open a link of its own."""
        return open_names(self.config)


@pytest.fixture
def place(quick_redis_url: str, tmp_path: Path) -> Place:
    place = Place(quick_redis_url, tmp_path)
    place.store.build(patience=0)
    return place


def signed(body: bytes) -> bytes:
    return hashlib.sha256(body).digest() + body


def with_sum(line: bytes) -> bytes:
    return line + b"\n" + hashlib.sha256(line).hexdigest().encode() + b"\n"


def test_a_document_that_is_gone_from_the_server_stops_a_build_that_needs_it(
    place: Place, shared_redis: RedisServer
) -> None:
    with shared_redis.client() as client:
        client.delete(f"{ROOT}:1:d:ships/tug.md")
    place.edit()

    with pytest.raises(IndexDamagedError, match=r"lost document 'ships/tug.md'"):
        place.store.build(patience=0)
    assert place.store.build(rebuild=True, patience=0).documents == 6
    with closing(place.store.open()) as reader:
        assert "4,000 kW" in reader.text("ships/tug.md")


def test_a_document_that_makes_no_sense_is_refused(
    place: Place, shared_redis: RedisServer
) -> None:
    key = f"{ROOT}:1:d:readme.md"
    with closing(place.store.open()) as reader, shared_redis.client() as client:
        client.hset(key, "whole", signed(b"no archive"))
        with pytest.raises(IndexDamagedError, match="holds no document"):
            reader.text("readme.md")
        client.hdel(key, "whole", "info")
        with pytest.raises(IndexDamagedError, match="is missing"):
            list(reader.documents())


def test_without_the_list_of_what_is_gone_nothing_is_answered(
    place: Place, shared_redis: RedisServer
) -> None:
    write_corpus(place.config.corpus_path, {**TEXTS, **more_ships(20)})
    place.store.build(patience=0)
    write_corpus(place.config.corpus_path, more_ships(20))
    place.store.build(patience=0)
    with shared_redis.client() as client:
        [key] = client.scan_iter(f"{ROOT}:3:gone:*")
        client.delete(key)

    with pytest.raises(IndexDamagedError, match="which documents are gone"):
        place.store.open()


def more_ships(count: int) -> dict[str, str]:
    return {f"sea/{n}.md": f"# Ship {n}\n\nShip {n} sails.\n" for n in range(count)}


def test_a_document_missing_from_the_list_is_noticed(
    place: Place, shared_redis: RedisServer
) -> None:
    with shared_redis.client() as client:
        client.zrem(f"{ROOT}:1:ids:c", "readme.md")

    (problem,) = place.store.verify()
    assert "has other documents than were written" in problem


def test_a_search_index_that_was_made_again_without_its_passages_is_noticed(
    place: Place,
) -> None:
    link, names = place.opened()
    with closing(link):
        at = engine.search_index(link, names, 1)
        engine.drop(link, at.name, chunks=False)
        engine.create(at, 16, "FLAT")
        link.change("FT.ALIASADD", ROOT, at.name)

    (problem,) = place.store.verify()
    assert "has a search index that lacks passages" in problem


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b'"root":"', b'"root":"0', "its root is not what it says"),
        (b'"segments":', b'"other":', "is malformed"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused(
    place: Place, shared_redis: RedisServer, old: bytes, new: bytes, message: str
) -> None:
    key = f"{ROOT}:1:manifest"
    with shared_redis.client() as client:
        line = bytes(client.get(key)).split(b"\n")[0]
        client.set(key, with_sum(line.replace(old, new)))

    with pytest.raises(IndexDamagedError, match=message):
        place.store.open()
    with shared_redis.client() as client:  # who could not read it does not keep it
        assert client.exists(f"{ROOT}:1:readers") == 0


def test_a_manifest_that_is_missing_or_anothers_is_refused(
    place: Place, shared_redis: RedisServer
) -> None:
    place.edit()
    place.store.build(patience=0)
    with shared_redis.client() as client:
        client.copy(f"{ROOT}:1:manifest", f"{ROOT}:2:manifest", replace=True)
        with pytest.raises(IndexDamagedError, match="is that of generation 1"):
            place.store.open()
        client.delete(f"{ROOT}:2:manifest")
        with pytest.raises(IndexDamagedError, match="has no manifest"):
            place.store.open()


def test_an_encoder_of_which_a_part_is_gone_stops_a_build(
    place: Place, shared_redis: RedisServer
) -> None:
    place.edit()
    with shared_redis.client() as client:
        for key in client.scan_iter(f"{ROOT}:object:*"):
            if client.get(key) == b"weights" * 100:
                client.delete(key)

    with pytest.raises(IndexDamagedError, match="has 0 bytes, not 700"):
        place.store.build(patience=0)
    assert place.store.build(rebuild=True, patience=0).documents == 6


def test_a_passage_that_goes_while_it_is_indexed_stops_the_build_before_the_switch(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path
) -> None:
    place = Place(quick_redis_url, tmp_path)

    def take_away(words: str) -> None:
        if words == f"FT.INFO {ROOT}:1":
            with shared_redis.client() as client:
                client.delete(f"{ROOT}:1:c:readme.md#1")

    with (
        on_exchange(take_away),
        pytest.raises(IndexDamagedError, match="has 6 of 7 passages, 0 were refused"),
    ):
        place.store.build(patience=0)
    assert not place.store.exists()


def test_an_encoder_that_another_process_exports_is_waited_for(
    quick_redis_url: str, tmp_path: Path
) -> None:
    place = Place(quick_redis_url, tmp_path)
    link, names = place.opened()
    claims = Claims(link, names)
    said: list[str] = []

    def hear(progress: Progress) -> None:
        if progress.stage == "waiting":
            said.append(progress.note)
            claims.release(["encoder hashed-words-1"])  # it gave up

    with closing(link):
        assert claims.take(["encoder hashed-words-1"]) == [True]
        assert place.store.build(patience=0, progress=hear).documents == 6
    assert said == ["Waiting for the encoder that another process exports."]


def test_an_exported_encoder_that_is_kept_no_longer_is_forgotten(
    place: Place, shared_redis: RedisServer
) -> None:
    place.edit()
    with shared_redis.client() as client:
        assert client.delete(f"{ROOT}:encoder:hashed-words-1") == 1  # a day later
        assert place.store.build(patience=0).new
        assert client.smembers(f"{ROOT}:encoders") == set()
    assert place.store.verify() == []


def when(mark: str, act: Callable[[], object]) -> Callable[[str], None]:
    """Return what acts once, before the first exchange with a word in it."""
    waiting = [mark]

    def see(words: str) -> None:
        if waiting and mark in words:
            waiting.clear()
            act()

    return see


def overtake(place: Place, server: RedisServer) -> None:
    """Let the lock of a build lapse, and build from other documents beside it."""
    with server.client() as client:
        client.delete(f"{ROOT}:lock", *client.scan_iter(f"{ROOT}:claim:*"))
    write_corpus(place.config.corpus_path, {**EDITED, **more_ships(3)})
    place.store.build(patience=0)


def test_a_build_that_was_overtaken_while_it_wrote_takes_back_what_it_wrote(
    place: Place, shared_redis: RedisServer
) -> None:
    place.edit()
    with (
        on_exchange(when("ZADD", lambda: overtake(place, shared_redis))),
        pytest.raises(IndexBusyError, match="stood still"),
    ):
        place.store.build(patience=0)

    assert place.store.generations() == [3, 1]
    with shared_redis.client() as client:
        assert list(client.scan_iter(f"{ROOT}:2:*")) == []
    assert place.store.verify() == []


def test_a_build_that_was_overtaken_while_it_encoded_begins_again(
    place: Place, shared_redis: RedisServer
) -> None:
    place.edit()

    with on_exchange(when("NX GET", lambda: overtake(place, shared_redis))):
        report = place.store.build(patience=0)

    assert (report.new, report.generation) == (False, 2)
    assert place.store.generations() == [2, 1]
    assert place.store.verify() == []


def test_vectors_that_are_lost_before_they_are_written_are_made_again(
    place: Place, shared_redis: RedisServer
) -> None:
    place.edit()

    def lose() -> None:
        with shared_redis.client() as client:
            assert client.delete(*client.scan_iter(f"{ROOT}:vectors:*")) == 1

    with on_exchange(when("INCR", lose)):
        assert place.store.build(patience=0).new
    assert place.store.verify() == []


def test_a_build_that_was_overtaken_before_it_tidied_up_leaves_that_to_the_other(
    place: Place, shared_redis: RedisServer
) -> None:
    place.edit()
    switched: list[str] = []

    def after_the_switch(words: str) -> None:
        if "FT.ALIASUPDATE" in words:
            switched.append(words)
        elif len(switched) == 1 and "SMEMBERS" in words:
            switched.append("overtaken")
            overtake(place, shared_redis)

    with on_exchange(after_the_switch):
        report = place.store.build(patience=0)

    (warning,) = report.warnings
    assert "another build has begun, and removes them" in warning
    assert place.store.generations()[0] == 3
    assert place.store.verify() == []


def test_a_build_that_was_overtaken_at_its_end_leaves_vectors_to_the_other(
    place: Place, shared_redis: RedisServer
) -> None:
    place.edit()

    def lapse() -> None:
        with shared_redis.client() as client:
            client.set(f"{ROOT}:lock", "process 1 on another 0", ex=60)

    def at_the_end(words: str) -> None:
        if words == f"SMEMBERS {ROOT}:caches":
            lapse()

    with on_exchange(at_the_end):
        report = place.store.build(patience=0)

    assert (report.generation, report.warnings) == (2, ())
    with shared_redis.client() as client:
        assert client.hlen(f"{ROOT}:vectors:hashed-words-1") > 0
        client.delete(f"{ROOT}:lock")
    write_corpus(place.config.corpus_path, TEXTS)
    place.store.build(patience=0)
    with shared_redis.client() as client:
        assert list(client.scan_iter(f"{ROOT}:vectors:*")) == []


def test_what_cannot_be_removed_is_told_and_removed_by_the_next_build(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path
) -> None:
    assert quick_redis_url
    with DroppingProxy(shared_redis.port) as proxy:
        place = Place(proxy.url, tmp_path, keep=1)
        place.store.build(patience=0)
        place.edit()
        proxy.lose(b"ZREMRANGEBYSCORE", times=99)
        report = place.store.build(patience=0)
        proxy.lose(b"", times=0)

        (warning,) = report.warnings
        assert "Old parts of bot:index:index are left in" in warning
        assert "cannot be reached" in warning
        assert place.store.build(patience=0).warnings == ()
        with shared_redis.client() as client:
            assert list(client.scan_iter(f"{ROOT}:1:*")) == []


def test_a_build_that_is_up_to_date_leaves_tidying_to_one_that_runs(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path
) -> None:
    place = Place(quick_redis_url, tmp_path, keep=1)
    place.store.build(patience=0)
    with closing(place.store.open()):
        place.edit()
        place.store.build(patience=0)
    with shared_redis.client() as client:
        client.set(f"{ROOT}:lock", "process 1 on another 0", ex=60)
        assert not place.store.build(patience=0).new
        assert place.store.generations() == [2, 1]
        client.delete(f"{ROOT}:lock")
    assert not place.store.build(patience=0).new
    assert place.store.generations() == [2]


def test_what_is_larger_than_a_batch_is_encoded_and_written_in_several(
    quick_redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.stores.redis.writing._BATCH_BYTES", 4_000)
    place = Place(quick_redis_url, tmp_path)
    text = "".join(f"# Part {n}\n\nPart {n} of a ship.\n\n" for n in range(66))
    write_corpus(place.config.corpus_path, {"large.md": text})
    batches: list[str] = []

    def count(words: str) -> None:
        if words.startswith(("ZADD", "HSET b'bot:index:index:1:c:")):
            batches.append(words)

    with on_exchange(count):
        report = place.store.build(patience=0)

    assert report.encoded == 66  # more than one call of the encoder takes
    assert len(batches) > 1
    assert place.store.verify() == []


def test_an_index_that_the_server_lost_is_found_out_by_whoever_reads_it(
    place: Place, shared_redis: RedisServer
) -> None:
    with closing(place.store.open()) as reader, shared_redis.client() as client:
        assert everything(reader)
        client.execute_command("FT.DROPINDEX", f"{ROOT}:1")

        with pytest.raises(EngineError, match=r"lost a search index.*--rebuild"):
            reader.search_lexical(["tug"], 3)
