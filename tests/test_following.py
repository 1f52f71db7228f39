"""A bot that follows its index while questions are answered from it."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.app import Bot
from bot.cli.following import Following
from bot.config import Config
from bot.errors import EngineUnreachableError
from bot.storage import Store, store_of
from bot.store_config import StoreConfig
from tests.redis_server import RedisServer
from tests.scenarios import EDITED
from tests.small_encoder import small_encoders
from tests.small_index import TEXTS, settings, write_corpus

QUESTION = "How many kW has the engine of a tug?"
Opened = Callable[[], Bot]


@pytest.fixture(params=["files", "redis"])
def config(request: pytest.FixtureRequest, tmp_path: Path) -> Config:
    """Name an index in files or on a server, and write its corpus."""
    kept = StoreConfig()
    if request.param == "redis":
        url = request.getfixturevalue("quick_redis_url")
        kept = StoreConfig(url, retry_seconds=0.2)
    write_corpus(tmp_path / "corpus", TEXTS)
    return dataclasses.replace(settings(tmp_path), store=kept)


@pytest.fixture
def store(config: Config) -> Store:
    store = store_of(config, small_encoders())
    store.build(patience=0)
    return store


@pytest.fixture
def opened(config: Config, store: Store) -> Opened:
    return lambda: Bot(store.open(), config)


def edit(config: Config, store: Store) -> None:
    write_corpus(config.corpus_path, EDITED)
    store.build(patience=0)


def asked(following: Following) -> str:
    with following.lent() as bot:
        return bot.answer(QUESTION).text


def test_the_next_question_is_answered_from_the_new_index(
    config: Config, store: Store, opened: Opened
) -> None:
    with closing(Following(opened)) as following:
        assert "3,000 kW" in asked(following)
        edit(config, store)

        assert "4,000 kW" in asked(following)
        store.roll_back()
        assert "3,000 kW" in asked(following)


def test_a_question_that_has_begun_ends_with_the_index_it_began_with(
    config: Config, store: Store, opened: Opened
) -> None:
    with closing(Following(opened)) as following:
        with following.lent() as begun:
            edit(config, store)
            with following.lent() as after:
                assert after is not begun
            assert "3,000 kW" in begun.answer(QUESTION).text
        assert "4,000 kW" in asked(following)


def test_what_was_replaced_is_closed_when_its_last_question_is_answered(
    config: Config, store: Store
) -> None:
    closed: list[Bot] = []

    class Noted(Bot):
        def close(self) -> None:
            closed.append(self)
            super().close()

    def noted() -> Bot:
        return Noted(store.open(), config)

    following = Following(noted)
    with following.lent() as one, following.lent() as two:
        assert one is two
        edit(config, store)
        asked(following)
        assert closed == []
    assert closed == [one]
    following.close()
    assert len(closed) == 2


def test_while_one_thread_opens_the_new_index_others_use_the_old_one(
    config: Config, store: Store, opened: Opened
) -> None:
    met: list[str] = []

    def opening() -> Bot:
        if following:
            met.append(asked(following[0]))  # as another thread would
        return opened()

    following: list[Following] = []
    following.append(Following(opening))
    edit(config, store)

    assert "4,000 kW" in asked(following[0])
    assert "3,000 kW" in met[0]
    following[0].close()


def test_a_new_index_that_cannot_be_used_leaves_the_old_one_in_use_and_is_told(
    config: Config, store: Store, opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    def refused() -> Bot:
        raise EngineUnreachableError("the server is gone")

    attempts = [opened, refused, opened]

    def attempt() -> Bot:
        return attempts.pop(0)()

    with closing(Following(attempt)) as following:
        edit(config, store)
        with caplog.at_level(logging.WARNING, "bot"):
            assert "3,000 kW" in asked(following)
        assert "The new index is not used: the server is gone" in caplog.text

        assert "4,000 kW" in asked(following)


def test_a_generation_removed_while_nobody_asked_is_replaced_by_the_present_one(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path
) -> None:
    write_corpus(tmp_path / "corpus", TEXTS)
    kept = StoreConfig(quick_redis_url)
    config = dataclasses.replace(settings(tmp_path, keep=1), store=kept)
    store = store_of(config, small_encoders())
    store.build(patience=0)
    with closing(Following(lambda: Bot(store.open(), config))) as following:
        with shared_redis.client() as client:
            client.delete("bot:index:index:1:readers")  # ten minutes without a question
        edit(config, store)
        assert store.generations() == [2]

        assert "4,000 kW" in asked(following)


def test_while_the_server_is_down_the_open_index_is_not_given_up(
    quick_redis_url: str, shared_redis: RedisServer, tmp_path: Path
) -> None:
    write_corpus(tmp_path / "corpus", TEXTS)
    kept = StoreConfig(quick_redis_url, retry_seconds=0)
    config = dataclasses.replace(settings(tmp_path), store=kept)
    store = store_of(config, small_encoders())
    store.build(patience=0)
    with closing(Following(lambda: Bot(store.open(), config))) as following:
        shared_redis.stop()
        try:
            with pytest.raises(EngineUnreachableError):
                asked(following)
        finally:
            shared_redis.start()

        assert "3,000 kW" in asked(following)
