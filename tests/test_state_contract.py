"""What every store of mutable state promises; a new one joins as a parameter."""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.errors import StateError
from bot.state import redis_space
from bot.state.protocol import State, StoredAnswer, Vote
from bot.state.sqlite import open_state
from tests.kept import Kept


@pytest.fixture(params=["sqlite", "redis"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    return Kept(tmp_path, url)


@pytest.fixture
def state(kept: Kept) -> Iterator[State]:
    opened = kept.state()
    yield opened
    opened.backend.close()


def _claim(state: State, key: str, owner: str = "me", now: float = 100) -> bool:
    return state.inbox.claim(key, {"key": key}, owner, now, 10)


def test_a_key_is_claimed_once(state: State) -> None:
    assert [_claim(state, "a"), _claim(state, "a", "you"), _claim(state, "b")] == [
        True,
        False,
        True,
    ]


def test_of_many_threads_and_connections_one_claims_a_key(kept: Kept) -> None:
    opened = [kept.state() for _ in range(4)]
    start = threading.Barrier(8)

    def claim(number: int) -> list[bool]:
        start.wait()
        store = opened[number % 4]
        return [_claim(store, str(key), f"owner {number}") for key in range(20)]

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(claim, range(8)))
    for each in opened:
        each.backend.close()

    assert [sum(column) for column in zip(*won, strict=True)] == [1] * 20


def test_an_entry_comes_back_as_it_was_claimed(state: State) -> None:
    _claim(state, "a")

    entry = state.inbox.get("a")

    assert entry is not None
    assert (entry.payload, entry.status, entry.received) == (
        {"key": "a"},
        "waiting",
        100,
    )
    assert state.inbox.get("b") is None


def test_unfinished_entries_are_taken_oldest_first_once_their_lease_ends(
    state: State,
) -> None:
    _claim(state, "a late one", now=101)
    _claim(state, "b early", now=100)
    _claim(state, "done", now=99)
    state.inbox.finish("done", "done", "1.1", {})

    assert state.inbox.take("you", 105, 10, 9) == []
    taken = state.inbox.take("you", 111, 10, 9)

    assert [(each.key, each.attempts) for each in taken] == [
        ("b early", 2),
        ("a late one", 2),
    ]
    assert state.inbox.take("they", 112, 10, 9) == []


def test_no_more_are_taken_than_asked_for(state: State) -> None:
    for number in range(5):
        _claim(state, str(number), now=number)

    assert [each.key for each in state.inbox.take("you", 99, 10, 2)] == ["0", "1"]


def test_a_lease_is_renewed_by_its_owner_and_released_at_once(state: State) -> None:
    _claim(state, "a")

    _claim(state, "b")

    assert state.inbox.renew("you", ["a"], 109, 10) == 0
    assert state.inbox.renew("me", [], 109, 10) == 0
    assert state.inbox.renew("me", ["a", "other"], 109, 10) == 1
    assert [each.key for each in state.inbox.take("you", 111, 10, 9)] == ["b"]
    assert state.inbox.take("you", 111, 10, 9) == []
    assert state.inbox.release("me") == 1
    assert [each.key for each in state.inbox.take("you", 111, 10, 9)] == ["a"]


def test_only_the_owner_begins_and_may_begin_again(state: State) -> None:
    _claim(state, "a")

    assert not state.inbox.begin("a", "you")
    assert state.inbox.begin("a", "me")
    assert state.inbox.begin("a", "me")
    assert state.inbox.take("you", 111, 10, 9)[0].status == "sending"
    assert not state.inbox.begin("a", "me")  # it was taken over


def test_what_is_finished_is_never_taken_or_begun(state: State) -> None:
    _claim(state, "a")

    assert state.inbox.finish("a", "done", "1.1", {"kept": 1}) == "done"
    assert not state.inbox.begin("a", "me")
    assert state.inbox.take("you", 999, 10, 9) == []
    entry = state.inbox.get("a")
    assert entry is not None
    assert (entry.reply, entry.payload) == ("1.1", {"kept": 1})


def test_a_retracted_entry_stays_so_and_tells_its_reply(state: State) -> None:
    _claim(state, "a")
    state.inbox.begin("a", "me")

    before = state.inbox.retract("a", 105)
    final = state.inbox.finish("a", "done", "1.1", {})
    again = state.inbox.retract("a", 106)

    assert before is not None
    assert before.status == "sending"
    assert final == "retracted"
    assert again is not None
    assert (again.status, again.reply) == ("retracted", "1.1")


def test_what_was_retracted_before_it_came_is_never_claimed(state: State) -> None:
    assert state.inbox.retract("a", 100) is None
    assert not _claim(state, "a")
    assert not state.inbox.begin("a", "me")


def test_what_is_unfinished_is_counted_and_never_forgotten(state: State) -> None:
    for key in ("waiting", "sending", "done", "failed"):
        _claim(state, key)
    state.inbox.begin("sending", "me")
    state.inbox.finish("done", "done", "", {})
    state.inbox.finish("failed", "failed", "", {})

    assert state.inbox.unfinished() == 2
    assert state.inbox.forget(100) == 0
    assert state.inbox.forget(101) == 2
    assert state.inbox.get("waiting") is not None


def test_much_is_forgotten_in_batches(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_space, "_BATCH", 3)
    for number in range(10):
        state.threads.engage(str(number), "ann", number)

    assert state.threads.forget(9) == 9
    assert state.threads.get("8").status == "unknown"
    assert state.threads.get("9").askers == {"ann"}


def test_finishing_what_was_never_claimed_changes_nothing(state: State) -> None:
    assert state.inbox.finish("a", "done", "1.1", {}) == "retracted"
    assert state.inbox.get("a") is None


def test_the_store_can_be_written(state: State) -> None:
    state.backend.check()


def test_a_thread_is_engaged_until_a_person_takes_over(state: State) -> None:
    threads = state.threads
    threads.hand_over("t", 1)
    assert threads.get("t").status == "unknown"
    threads.engage("t", "ann", 1)
    threads.engage("t", "bob", 2)
    assert threads.get("t").askers == {"ann", "bob"}
    threads.hand_over("t", 3)
    assert threads.get("t").status == "human"
    threads.engage("t", "ann", 4)
    assert threads.get("t").status == "engaged"
    assert threads.forget(4) == 0
    assert threads.forget(5) == 1
    assert threads.get("t").status == "unknown"


def _answer(id_: str, given: float, thread: str = "t") -> StoredAnswer:
    visible = frozenset({"b", "a"}) if id_ == "filtered" else None
    return StoredAnswer(id_, "T/C", thread, "ann", given, {"q": "ä\ud800"}, visible)


def test_answers_come_back_as_they_were(state: State) -> None:
    for answer in (_answer("plain", 1), _answer("filtered", 2)):
        state.answers.save(answer)

        assert state.answers.get(answer.id) == answer
    assert state.answers.get("other") is None


def test_recent_answers_are_newest_first_and_a_threads_oldest_first(
    state: State,
) -> None:
    for id_, when in (("b", 1), ("a", 1), ("c", 2), ("d", 3)):
        state.answers.save(_answer(id_, when, "u" if id_ == "d" else "t"))

    assert [each.id for each in state.answers.recent("ann", 3)] == ["d", "c", "a"]
    assert [each.id for each in state.answers.of_thread("t", 9)] == ["a", "b", "c"]
    assert [each.id for each in state.answers.of_thread("t", 2)] == ["b", "c"]
    assert state.answers.recent("bob", 3) == []
    assert state.answers.forget(2) == 2
    assert state.answers.get("a") is None


def test_an_answer_saved_again_is_listed_where_it_is_now(state: State) -> None:
    state.answers.save(_answer("a", 1))
    state.answers.save(StoredAnswer("a", "T/C", "u", "bob", 2.5, {"é": ["ü", None]}))

    assert state.answers.recent("ann", 9) == []
    assert state.answers.of_thread("t", 9) == []
    assert [each.given for each in state.answers.recent("bob", 9)] == [2.5]
    assert [each.given for each in state.answers.of_thread("u", 9)] == [2.5]
    assert state.answers.forget(2) == 0
    assert state.answers.forget(3) == 1
    assert state.answers.recent("bob", 9) == []
    assert state.answers.of_thread("u", 9) == []


def test_a_person_has_one_vote_an_answer_and_the_last_counts(state: State) -> None:
    first = Vote("a", "ann", "helpful", "why?", 1)
    last = Vote("a", "ann", "not_helpful", "why?", 2, "wrong", "no", {"id": "a"})
    other = Vote("a", "bob", "helpful", "why?", 2)

    assert [state.feedback.vote(each) for each in (first, last, other)] == [
        True,
        False,
        True,
    ]
    assert state.feedback.votes() == [last, other]


def test_everything_is_there_after_opening_again(kept: Kept) -> None:
    first = kept.state()
    _claim(first, "a")
    first.feedback.vote(Vote("a", "ann", "helpful", "why?", 1))
    first.backend.close()

    again = kept.state()

    assert again.inbox.get("a") is not None
    assert len(again.feedback.votes()) == 1
    again.backend.close()


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    opened = open_state(tmp_path / "state.db")
    opened.backend.check()
    opened.backend.close()

    assert stat.S_IMODE((tmp_path / "state.db").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content", [b"no database", b"SQLite format 3\x00" + b"x" * 100]
)
def test_a_file_that_is_no_state_is_refused_by_name(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(content)

    with pytest.raises(StateError, match=r"state\.db"):
        open_state(path)


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    opened = open_state(tmp_path / "state.db")
    opened.backend.close()
    import sqlite3  # noqa: PLC0415 - only here

    connection = sqlite3.connect(tmp_path / "state.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(StateError, match="format 99"):
        open_state(tmp_path / "state.db")


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # emptied each time
)
@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from("12")),
        min_size=1,
        max_size=30,
    )
)
def test_whatever_the_order_each_key_has_one_owner_at_a_time(
    state: State, steps: list[tuple[str, str]]
) -> None:
    owners: dict[str, str] = {}
    for key, owner in steps:
        if _claim(state, key, owner):
            assert key not in owners
            owners[key] = owner
        assert state.inbox.begin(key, owner) == (owners[key] == owner)
    for key in owners:
        state.inbox.finish(key, "done", "", {})
    assert state.inbox.forget(101) == len(owners)
