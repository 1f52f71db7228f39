"""An index on a Redis server under faults, and what is assumed of the Query Engine."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from bot.app import Bot
from bot.config import Config
from bot.dense import Floats
from bot.errors import (
    EngineFullError,
    EngineUnreachableError,
    EngineUnsuitableError,
    IndexBusyError,
    IndexDamagedError,
    IndexIncompatibleError,
    IndexMissingError,
)
from bot.indexing.redis.merging import taken_over
from bot.indexing.report import Progress
from bot.payloads import answer_payload
from bot.storage import LocalStore, RedisStore
from bot.store_config import StoreConfig
from bot.stores.protocol import Reader
from bot.stores.redis.locks import build_lock
from bot.stores.redis.manifest import FORMAT, Collection, Segment
from bot.stores.redis.opening import open_names
from bot.stores.redis.scoring import ENGINE_B, ENGINE_K1
from tests.redis_server import RedisServer, StartRedis
from tests.scenarios import EDITED, MANY
from tests.small_encoder import HashedWords, small_encoders
from tests.small_index import TEXTS, everything, settings, write_corpus

ROOT = "bot:index:index"
ASKED = (
    "What is a tug?",
    "How many kW has the engine of a tug?",
    "Which ship carries cars over the sea?",
    "Is a tug strong, and where do ships lie?",
    "a12 shipp",
    "Who painted the crane?",
)


def on(url: str, folder: Path, **store: float) -> Config:
    write_corpus(folder / "corpus", TEXTS)
    limits = {"timeout_seconds": 2.0, "retry_seconds": 0.3, **store}
    kept = StoreConfig(url, **limits)  # type: ignore[arg-type] # numbers by name
    return dataclasses.replace(settings(folder), store=kept)


def store_on(config: Config, encoder: HashedWords | None = None) -> RedisStore:
    return RedisStore(config, small_encoders(encoder))


def edit(config: Config) -> None:
    file = config.corpus_path / "ships/tug.md"
    file.write_text("# Tug\n\nA tug is a strong ship.\n", encoding="utf-8")


def says(store: RedisStore) -> dict[str, object]:
    with closing(store.open()) as reader:
        return everything(reader)


def test_the_engine_scores_with_the_parameters_that_the_bound_assumes(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path
) -> None:
    store_on(on(quick_redis_url, tmp_path)).build(patience=0)
    with shared_redis.client() as client:
        reply = client.execute_command(
            *("FT.SEARCH", ROOT, "ttug", "WITHSCORES", "EXPLAINSCORE"),
            *("SCORER", "BM25STD", "NOCONTENT", "DIALECT", 2),
        )
    explained = str(reply)
    k1, b = (
        float(re.findall(rf"{name} (\d+\.?\d*)", explained)[0]) for name in ("k1", "b")
    )

    assert (k1, b) == (ENGINE_K1, ENGINE_B)


def test_answers_are_those_from_files_byte_for_byte(
    quick_redis_url: str, tmp_path: Path
) -> None:
    config = on(quick_redis_url, tmp_path)
    stores = (
        store_on(config),
        LocalStore(dataclasses.replace(config, store=StoreConfig()), small_encoders()),
    )
    for texts in (TEXTS, EDITED, {**EDITED, **MANY}):
        write_corpus(config.corpus_path, texts)
        given = []
        for store in stores:
            store.build(patience=0)
            with closing(store.open()) as reader:
                given.append(answers_of(reader, config))
        assert len(set(given[0])) > len(ASKED)
        assert given[0] == given[1]


def answers_of(reader: Reader, config: Config) -> list[str]:
    """Answer for everyone and for some; what names index and moment is left out."""
    bot = Bot(reader, config)
    found = []
    for question in ASKED:
        for visible in (None, frozenset({"ships"}), frozenset({"", "harbours"})):
            payload = answer_payload(bot.answer(question, visible=visible))
            named = {"id", "index", "timings_ms"}
            found.append(json.dumps({k: payload[k] for k in payload if k not in named}))
    return found


def test_what_was_switched_to_survives_a_kill_of_the_server(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    server = start_redis()
    store = store_on(on(server.url, tmp_path))
    store.build(patience=0)
    before = says(store)

    server.kill()
    with pytest.raises(EngineUnreachableError, match="Start the server"):
        store.open()
    server.start()

    assert says(store) == before
    assert store.verify() == []


def test_a_promoted_replica_has_the_index(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    primary, replica = start_redis(), start_redis()
    replica.follow(primary)
    config = on(primary.url, tmp_path, replicas=1)
    store_on(config).build(patience=0)
    before = says(store_on(config))

    primary.kill()
    replica.promote()

    assert says(store_on(on(replica.url, tmp_path))) == before


class KillingEncoder(HashedWords):
    """Kills a server when it is first asked for something new."""

    victims: list[RedisServer]

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Floats:
        """Encode after the kill."""
        while self.victims:
            self.victims.pop().kill()
        return super().encode(texts, progress)


def test_a_build_that_loses_the_server_changes_nothing_and_can_be_repeated(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    server = start_redis()
    config = on(server.url, tmp_path)
    store_on(config).build(patience=0)
    before = says(store_on(config))
    edit(config)
    encoder = KillingEncoder()
    object.__setattr__(encoder, "victims", [server])

    with pytest.raises(EngineUnreachableError, match="cannot be reached"):
        store_on(config, encoder).build(patience=0)
    server.start()
    with server.client() as client:  # the dead build's claims, a minute later
        assert client.delete(*client.scan_iter(f"{ROOT}:claim:*")) == 1

    assert says(store_on(config)) == before
    report = store_on(config).build(patience=5)
    assert report.changed == ("ships/tug.md",)
    assert store_on(config).verify() == []


def test_a_full_server_refuses_a_build_and_keeps_the_index(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    server = start_redis("--maxmemory-policy", "noeviction")
    config = on(server.url, tmp_path)
    store_on(config).build(patience=0)
    before = says(store_on(config))
    edit(config)
    with server.client() as client:
        used = int(client.info("memory")["used_memory"])
    server.set("maxmemory", str(used - 1))

    with pytest.raises(EngineFullError, match="maxmemory"):
        store_on(config).build(patience=0)
    server.set("maxmemory", "0")

    assert says(store_on(config)) == before
    assert store_on(config).build(patience=0).changed == ("ships/tug.md",)


def test_a_search_index_that_lacks_passages_answers_nothing(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path
) -> None:
    store = store_on(on(quick_redis_url, tmp_path))
    store.build(patience=0)
    with closing(store.open()) as reader, shared_redis.client() as client:
        client.delete(f"{ROOT}:1:c:readme.md#1")
        vector = reader.encoder.encode_query("sea")
        asked: list[Callable[[], object]] = [
            lambda: reader.search_lexical(["sea"], 5),
            lambda: reader.search_dense(vector, 5),
        ]

        for ask in asked:
            with pytest.raises(EngineUnreachableError, match="6 of 7 passages"):
                ask()
    (problem,) = store.verify()
    assert "lacks a passage" in problem


def test_a_passage_that_was_written_twice_changes_no_score(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path
) -> None:
    store = store_on(on(quick_redis_url, tmp_path))
    store.build(patience=0)
    before = says(store)
    with shared_redis.client() as client:
        for key in client.keys(f"{ROOT}:1:c:*"):
            client.hset(key, mapping=client.hgetall(key))

    assert says(store) == before


@pytest.mark.parametrize(
    ("key", "field", "what"),
    [
        (f"{ROOT}:1:d:readme.md", "whole", "readme.md"),
        (f"{ROOT}:1:d:readme.md", "info", "readme.md"),
        (f"{ROOT}:1:c:readme.md#1", "emb", "readme.md"),
        (f"{ROOT}:1:c:readme.md#1", "lex", "readme.md"),
        (f"{ROOT}:1:df:c7368697073", "ttug", "ships"),
    ],
)
def test_whatever_is_changed_on_the_server_is_noticed(
    quick_redis_url: str,
    shared_redis: RedisServer,
    tmp_path: Path,
    *,
    key: str,
    field: str,
    what: str,
) -> None:
    store = store_on(on(quick_redis_url, tmp_path))
    store.build(patience=0)
    with shared_redis.client() as client:
        data = bytes(client.hget(key, field))
        client.hset(key, field, data[:-1] + bytes([data[-1] ^ 1]))

    (problem,) = store.verify()

    assert what in problem
    assert "bot index --rebuild" in problem
    store.build(rebuild=True, patience=0)
    assert says(store)


@pytest.mark.parametrize("change", [b"other bytes", None])
def test_an_object_that_is_damaged_or_missing_is_noticed_and_mended_by_a_rebuild(
    quick_redis_url: str,
    shared_redis: RedisServer,
    tmp_path: Path,
    change: bytes | None,
) -> None:
    store = store_on(on(quick_redis_url, tmp_path))
    store.build(patience=0)
    before = says(store)
    with shared_redis.client() as client:
        objects = list(client.scan_iter(f"{ROOT}:object:*"))
        assert len(objects) == 4  # two of the encoder, sources, copies
        for key in objects:
            whole = bytes(client.get(key))
            if change:  # of the same length
                client.set(key, (change * len(whole))[: len(whole)])
            else:
                client.delete(key)
            assert key.decode() in " ".join(store.verify())
            store.build(rebuild=True, patience=0)
            assert store.verify() == []
    assert says(store) == before


def test_a_manifest_that_is_changed_or_of_another_format_is_refused(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path
) -> None:
    store = store_on(on(quick_redis_url, tmp_path))
    store.build(patience=0)
    key = f"{ROOT}:1:manifest"
    with shared_redis.client() as client:
        line = bytes(client.get(key)).split(b"\n")[0]
        later = line.replace(b'"format":%d' % FORMAT, b'"format":9')
        client.set(
            key, later + b"\n" + hashlib.sha256(later).hexdigest().encode() + b"\n"
        )
        with pytest.raises(IndexIncompatibleError, match=r"format 9.*--rebuild"):
            store.open()
        client.set(key, line)
        with pytest.raises(IndexDamagedError, match="checksum"):
            store.open()
        with pytest.raises(IndexDamagedError, match="checksum"):
            store.build(patience=0)
    assert store.build(rebuild=True, patience=0).documents == 6
    assert says(store)


def test_documents_are_listed_page_by_page_and_compared_as_a_list_is(
    quick_redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_on(on(quick_redis_url, tmp_path))
    store.build(patience=0)
    with closing(store.open()) as reader:
        whole = list(reader.documents())
        monkeypatch.setattr("bot.stores.redis.listing._IDS_AT_ONCE", 2)
        monkeypatch.setattr("bot.stores.redis.listing._AT_ONCE", 4)
        pages = reader.documents()

        assert len(whole) == 6
        assert pages == whole
        assert pages != whole[1:]
        assert pages != object()


def test_only_database_0_can_be_searched(tmp_path: Path) -> None:
    with pytest.raises(EngineUnsuitableError, match="database 0"):
        store_on(on("redis://127.0.0.1:1/3", tmp_path)).open()


def test_a_second_writer_waits_and_says_for_whom(
    quick_redis_url: str, tmp_path: Path
) -> None:
    config = on(quick_redis_url, tmp_path)
    link, names = open_names(config)
    said: list[str] = []

    def hear(progress: Progress) -> None:
        said.append(progress.note)

    with closing(link), build_lock(link, names, 0, print) as lock:
        lock.renew()
        with pytest.raises(IndexBusyError, match="process"):
            store_on(config).build(patience=0.3, progress=hear)
    assert any("Waiting for process" in each for each in said)


def test_a_lock_that_lapsed_switches_nothing(
    quick_redis_url: str,
    shared_redis: RedisServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = on(quick_redis_url, tmp_path)

    link, names = open_names(config)
    with closing(link), build_lock(link, names, 0, print) as lock:
        keep = lock.keeping()
        with shared_redis.client() as client:
            client.delete(lock.key)
        keep()  # too soon after the last time to ask again
        monkeypatch.setattr("bot.stores.redis.locks._KEPT_AFTER", -1.0)
        for renew in (keep, lock.renew, lambda: lock.remove(["any"])):
            with pytest.raises(IndexBusyError, match="stood still"):
                renew()


def test_builds_at_the_same_time_share_the_encoding_and_give_one_generation(
    quick_redis_url: str, tmp_path: Path
) -> None:
    config = on(quick_redis_url, tmp_path, timeout_seconds=30.0)
    texts = {f"s/{n}.md": f"# Ship {n}\n\nShip {n} is at sea.\n" for n in range(40)}
    write_corpus(config.corpus_path, texts)
    encoders = [HashedWords() for _ in range(3)]
    reports = []

    def build(encoder: HashedWords) -> None:
        reports.append(store_on(config, encoder).build(patience=60))

    threads = [threading.Thread(target=build, args=(each,)) for each in encoders]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(reports) == 3
    assert {each.documents for each in reports} == {40}
    assert sum(each.encoded for each in reports) == 40
    assert len({each.generation for each in reports}) == 1
    assert sorted(each.new for each in reports) == [False, False, True]
    assert store_on(config).verify() == []


class FailingEncoder(HashedWords):
    """Fails as often as it has errors left."""

    errors: list[BaseException]

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Floats:
        """Fail, or encode."""
        if self.errors:
            raise self.errors.pop()
        return super().encode(texts, progress)


def failing(error: BaseException) -> FailingEncoder:
    encoder = FailingEncoder()
    object.__setattr__(encoder, "errors", [error])
    return encoder


def test_a_claim_of_a_dead_process_is_waited_for_and_taken_over_when_it_lapses(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path
) -> None:
    config = on(quick_redis_url, tmp_path)
    lost = failing(EngineUnreachableError("lost"))  # as good as dead: nothing released
    with pytest.raises(EngineUnreachableError, match="lost"):
        store_on(config, lost).build(patience=0)
    said: list[str] = []

    def hear(progress: Progress) -> None:
        if progress.stage == "waiting":
            said.append(progress.note)
            with shared_redis.client() as client:  # a minute later
                assert client.delete(*client.scan_iter(f"{ROOT}:claim:*")) > 0

    report = store_on(config).build(patience=0, progress=hear)

    assert report.encoded == report.chunks
    assert len(said) == 1
    assert said[0].endswith("if it has died, for 60 s at most.")


def test_a_build_that_is_stopped_by_hand_leaves_no_claim_to_wait_for(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path
) -> None:
    config = on(quick_redis_url, tmp_path)
    with pytest.raises(KeyboardInterrupt):
        store_on(config, failing(KeyboardInterrupt())).build(patience=0)

    with shared_redis.client() as client:
        assert list(client.scan_iter(f"{ROOT}:claim:*")) == []
    assert store_on(config).build(patience=0).documents == 6


def test_a_generation_that_a_build_removed_is_named_to_its_reader(
    quick_redis_url: str,
    shared_redis: RedisServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = store_on(on(quick_redis_url, tmp_path))
    store.build(patience=0)
    monkeypatch.setattr("bot.stores.redis.reader._RENEWED_AFTER", -1.0)
    with closing(store.open()) as reader:
        assert reader.text("readme.md")
        with shared_redis.client() as client:
            client.delete(f"{ROOT}:1:manifest")
        with pytest.raises(IndexMissingError, match="Ask again"):
            reader.text("readme.md")


def segment(number: int, documents: int) -> Segment:
    counts = (Collection("", documents, documents, documents),)
    return Segment(number, "FLAT", counts, 1, 1, 1, "")


def test_segments_that_are_no_larger_or_much_gone_are_written_anew() -> None:
    segments = [segment(1, 10_000), segment(2, 100), segment(3, 10)]

    assert taken_over(segments, {1: 0, 2: 0, 3: 0}, 1) == set()
    assert taken_over(segments, {1: 0, 2: 0, 3: 0}, 5) == {3}
    assert taken_over(segments, {1: 0, 2: 0, 3: 0}, 50) == {2, 3}
    assert taken_over(segments, {1: 5_000, 2: 0, 3: 0}, 0) == {1, 2, 3}
    assert taken_over(segments, {1: 0, 2: 0, 3: 0}, 0) == set()


def test_an_index_leaves_nothing_behind_when_it_shrinks(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path
) -> None:
    config = on(quick_redis_url, tmp_path)
    config = dataclasses.replace(
        config, index=dataclasses.replace(config.index, keep=1)
    )
    store = store_on(config)
    sizes = []
    for _ in range(4):
        store.build(rebuild=True, patience=0)
        with shared_redis.client() as client:
            sizes.append(len(client.keys(f"{ROOT}:*")))

    assert len(set(sizes)) == 1
