"""Searching an index in Redis: exact although the engine only proposes, and whole."""

from __future__ import annotations

import dataclasses
import json
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import Config
from bot.errors import EngineUnreachableError, EngineUnsuitableError
from bot.lexical.bm25 import lucene_idf
from bot.storage import LocalStore, RedisStore
from bot.store_config import StoreConfig
from bot.stores.protocol import Ranked, StoredIndex, Visible
from bot.stores.redis.counts import count_terms, pack_counts
from bot.stores.redis.names import word
from bot.stores.redis.scoring import (
    ENGINE_B,
    ENGINE_K1,
    Corpus,
    Population,
    Weights,
    weigh,
)
from tests.redis_exchanges import on_exchange
from tests.redis_server import RedisServer, StartRedis
from tests.small_encoder import HashedWords, small_encoders
from tests.small_index import settings, write_corpus

TERMS = ("sea", "ship", "2.5d", "größe", "c++")
ROWS = 400
SEEN: list[Visible] = [None, *map(frozenset, (["open"], ["secret"], ["rare"]))]


def on(url: str, folder: Path) -> Config:
    limits = StoreConfig(url, timeout_seconds=10.0, retry_seconds=0.3)
    return dataclasses.replace(settings(folder), store=limits)


@contextmanager
def opened(config: Config, encoder: HashedWords | None = None) -> Iterator[StoredIndex]:
    """Build an index where the configuration says, and open it."""
    kind = RedisStore if config.store.url else LocalStore
    store = kind(config, small_encoders(encoder))
    store.build(patience=0)
    with closing(store.open()) as reader:
        yield reader


@contextmanager
def both(
    url: str, folder: Path, encoder: HashedWords | None = None
) -> Iterator[tuple[StoredIndex, StoredIndex]]:
    """Open the same corpus as files and on the server."""
    with (
        opened(settings(folder), encoder) as files,
        opened(on(url, folder), encoder) as server,
    ):
        yield files, server


def rows(texts: list[str], name: str = "r") -> str:
    """Write a collection with a row for each text."""
    return "".join(
        json.dumps({"_id": f"{name}{number:05}", "text": text}) + "\n"
        for number, text in enumerate(texts)
    )


def drawn(seed: int, count: int, words: int = 60) -> list[str]:
    """Draw texts of 1 to 40 words, some words far more frequent than others."""
    chance = random.Random(seed)  # noqa: S311 - texts, no secrets
    names = [f"w{number}" for number in range(words)]
    weights = [1 / (1 + number) for number in range(words)]
    return [
        " ".join(chance.choices(names, weights, k=chance.randint(1, 40)))
        for _ in range(count)
    ]


@given(st.lists(st.lists(st.sampled_from(TERMS), max_size=12), max_size=5))
def test_counts_say_how_often_each_term_occurs_and_how_many_terms_there_are(
    passages: list[list[str]],
) -> None:
    packed = [pack_counts(" ".join(map(word, each)).encode()) for each in passages]

    counted = count_terms(packed, [*TERMS, "sea"])

    assert counted.lengths.tolist() == [len(each) for each in passages]
    assert counted.counts.tolist() == [
        [Counter(each)[term] for term in (*TERMS, "sea")] for each in passages
    ]


@pytest.mark.parametrize("times", [1, 255, 256, 510, 70_000])
def test_a_term_may_occur_as_often_as_it_likes(times: int) -> None:
    counted = count_terms([pack_counts(b"tsea " * times + b"tship")], ["sea", "ship"])

    assert counted.counts.tolist() == [[times, 1]]
    assert counted.lengths.tolist() == [times + 1]


def engine_score(
    corpus: Corpus, boosts: dict[str, float], counts: dict[str, int], length: int
) -> float:
    """Score a passage as EXPLAINSCORE says that the engine does."""
    relative = length / corpus.population.average
    norm = ENGINE_K1 * (1 - ENGINE_B + ENGINE_B * relative)
    total = 0.0
    for term, count in counts.items():
        frequency = np.array([corpus.frequencies[term]])
        idf = float(lucene_idf(corpus.population.chunks, frequency)[0])
        total += boosts[term] * idf * count * (ENGINE_K1 + 1) / (count + norm)
    return total


@given(
    st.data(),
    st.floats(0, 3),
    st.floats(0, 1),
    st.integers(1, 500),
    st.integers(1, 500),
)
def test_no_score_exceeds_the_engines_by_more_than_the_bound(
    data: st.DataObject, k1: float, b: float, own_length: int, length: int
) -> None:
    chunks = data.draw(st.integers(1, 10**6))
    seen = data.draw(st.integers(1, chunks))
    frequency = st.integers(1, seen)
    frequencies = {term: data.draw(frequency) for term in ("sea", "ship")}
    theirs = {
        term: data.draw(st.integers(own, chunks)) for term, own in frequencies.items()
    }
    weights: Weights = weigh(
        Population(seen, seen * own_length), frequencies, k1=k1, b=b
    )
    shortest = data.draw(st.integers(2, 100))
    longest = data.draw(st.integers(shortest, 1_000))
    corpus = Corpus(Population(chunks, chunks * length), theirs, (shortest, longest))
    boosts = weights.boosts(corpus)
    has = {term: data.draw(st.integers(0, shortest // 2)) for term in frequencies}
    size = data.draw(st.integers(shortest, longest))
    words = [term for term, count in has.items() for _ in range(count)]
    passage = " ".join(map(word, [*words, *["sand"] * (size - len(words))]))
    counted = count_terms([pack_counts(passage.encode())], [*has])

    (score,) = weights.scores([*has], counted).tolist()

    found = engine_score(corpus, boosts, {t: n for t, n in has.items() if n}, size)
    most = weights.most(corpus, boosts)
    assert score <= most * found * (1 + 1e-12)


def test_rankings_equal_those_of_files_whatever_is_visible_and_after_updates(
    quick_redis_url: str, tmp_path: Path
) -> None:
    corpus = {
        "open/rows.jsonl": rows(drawn(1, ROWS)),
        "secret/rows.jsonl": rows(drawn(2, ROWS, words=20), "s"),
        "rare/one.md": "w1 w2 w50 w59 once",
    }
    questions = [["w0", "w3"], ["w5", "w0", "w5"], ["w50", "w59"], ["w19"], ["once"]]
    for more in (0, 30):
        text = {**corpus, "open/more.jsonl": rows(drawn(3, more + 1), "m")}
        write_corpus(tmp_path / "corpus", text)
        with both(quick_redis_url, tmp_path) as (files, server):
            assert server.size() == 2 * ROWS + more + 2
            for visible, k in product(SEEN, [1, 10]):
                for terms in questions:
                    check_same(files, server, terms, k, visible)


def check_same(
    files: StoredIndex,
    server: StoredIndex,
    terms: list[str],
    k: int,
    visible: Visible,
) -> None:
    found = server.search_lexical(terms, k, visible)
    assert found == files.search_lexical(terms, k, visible)
    vector = HashedWords().encode_query(" ".join(terms))
    near = server.search_dense(vector, k, visible)
    assert near == files.search_dense(vector, k, visible)


def test_passages_that_are_alike_are_all_compared_so_that_ids_decide(
    quick_redis_url: str, tmp_path: Path
) -> None:
    write_corpus(tmp_path / "corpus", {"s/rows.jsonl": rows(["a ship"] * ROWS)})
    with both(quick_redis_url, tmp_path) as (files, server):
        found = server.search_lexical(["ship"], 3)

        assert found == files.search_lexical(["ship"], 3)
        assert [each for each, _ in found] == ["r00000#1", "r00001#1", "r00002#1"]
        vector = HashedWords().encode_query("a ship")
        assert server.search_dense(vector, 3) == files.search_dense(vector, 3)


def test_an_engine_that_scores_otherwise_than_is_assumed_is_not_believed(
    quick_redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.stores.redis.scoring.ENGINE_K1", 5.0)
    write_corpus(tmp_path / "corpus", {"s/rows.jsonl": rows(drawn(1, 20))})
    with (
        opened(on(quick_redis_url, tmp_path)) as reader,
        pytest.raises(EngineUnsuitableError, match="BM25 that this bot does not know"),
    ):
        reader.search_lexical(["w0"], 5)


def test_an_engine_that_returns_what_is_hidden_is_not_believed(
    quick_redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.stores.redis.asking._tags", lambda _: "@src:{none}")
    corpus = {"open/a.md": "A ship at sea.", "secret/b.md": "A ship in dock."}
    write_corpus(tmp_path / "corpus", corpus)
    with (
        opened(on(quick_redis_url, tmp_path)) as reader,
        pytest.raises(EngineUnsuitableError, match="told to leave out"),
    ):
        reader.search_lexical(["ship"], 5, frozenset(["open"]))


@contextmanager
def limited(server: RedisServer, results: int) -> Iterator[None]:
    """Let the engine return only so many results."""
    name = "MAXSEARCHRESULTS"
    with server.client() as client:
        before = client.execute_command("FT.CONFIG", "GET", name)[0][1]
        client.execute_command("FT.CONFIG", "SET", name, results)
        try:
            yield
        finally:
            client.execute_command("FT.CONFIG", "SET", name, before)


@pytest.mark.parametrize("results", [15, 30, 100])
def test_where_the_engine_returns_too_few_to_be_sure_the_question_is_refused(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path, results: int
) -> None:
    write_corpus(tmp_path / "corpus", {"s/rows.jsonl": rows(["a ship"] * ROWS)})
    with opened(on(quick_redis_url, tmp_path)) as reader:
        with (
            limited(shared_redis, results),
            pytest.raises(EngineUnsuitableError, match="MAXSEARCHRESULTS"),
        ):
            reader.search_lexical(["ship"], 3)

        assert len(reader.search_lexical(["ship"], 3)) == 3


def asked(act: Callable[[], object]) -> list[str]:
    """Return the commands that something sends."""
    said: list[str] = []
    with on_exchange(said.append):
        act()
    return said


def test_what_a_search_has_brought_along_is_not_read_again(
    quick_redis_url: str, tmp_path: Path
) -> None:
    write_corpus(tmp_path / "corpus", {"s/rows.jsonl": rows(drawn(1, ROWS))})
    vector = HashedWords().encode_query("w7")
    with opened(on(quick_redis_url, tmp_path)) as reader:
        found: list[Ranked] = []
        first = asked(lambda: found.append(reader.search_dense(vector, 10)))
        names = [each for each, _ in found[0]]
        again = asked(lambda: reader.cosines(vector, names))
        again += asked(lambda: reader.matched_terms(["w1"], names))

        assert ["FT.SEARCH" in each for each in first] == [True]
        assert again == []
        assert reader.cosines(vector, names) == [score for _, score in found[0]]
        with pytest.raises(KeyError, match="nowhere"):
            reader.cosines(vector, [*names, "nowhere#1"])


def test_a_server_that_was_started_again_is_counted_again(
    start_redis: StartRedis, tmp_path: Path
) -> None:
    server = start_redis()
    write_corpus(tmp_path / "corpus", {"s/rows.jsonl": rows(drawn(1, 20))})
    with opened(on(server.url, tmp_path)) as reader:
        before = reader.search_lexical(["w0"], 5)
        counts = asked(lambda: reader.search_lexical(["w0"], 5))
        server.kill()
        server.start()
        after = reader.search_lexical(["w0"], 5)
        with server.client() as client:
            client.delete("bot:index:index:1:c:r00000#1")
        server.stop()
        server.start()

        assert not any("FT.INFO" in each for each in counts)
        assert after == before
        with pytest.raises(EngineUnreachableError, match="19 of 20 passages"):
            reader.search_lexical(["w0"], 5)


def test_a_search_index_is_counted_again_after_a_while(
    quick_redis_url: str,
    shared_redis: RedisServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.stores.redis.asking._TRUSTED", -math.inf)
    write_corpus(tmp_path / "corpus", {"s/rows.jsonl": rows(drawn(1, 20))})
    with opened(on(quick_redis_url, tmp_path)) as reader:
        assert reader.search_lexical(["w0"], 5)
        with shared_redis.client() as client:
            client.delete("bot:index:index:1:c:r00000#1")

        with pytest.raises(EngineUnreachableError, match="19 of 20 passages"):
            reader.search_lexical(["w0"], 5)


@pytest.mark.slow
def test_a_segment_too_large_to_compare_every_vector_finds_98_of_100_neighbours(
    quick_redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.stores.redis.writing._EXACT", 1_000)
    encoder = HashedWords(name="wide", dimensions=32)
    corpus = {
        "large/rows.jsonl": rows(drawn(4, 2_000, words=2_000)),
        "small/rows.jsonl": rows(drawn(6, 150, words=2_000), "s"),
    }
    write_corpus(tmp_path / "corpus", corpus)
    vectors = [encoder.encode_query(each) for each in drawn(5, 100, words=2_000)]
    with both(quick_redis_url, tmp_path, encoder) as (files, server):
        for visible in (None, frozenset(["large"]), frozenset(["small"])):
            hits = total = 0
            for vector in vectors:
                exact = dict(files.search_dense(vector, 10, visible))
                found = dict(server.search_dense(vector, 10, visible))
                hits += len(found.keys() & exact.keys())
                total += len(exact)
                assert all(
                    exact[name] == found[name] for name in found if name in exact
                )

            assert total == 10 * len(vectors)
            assert hits >= 0.98 * total, visible
