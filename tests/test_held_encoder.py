"""An encoder is opened once, by whoever needs it first, also in the background."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.dense import Encoder
from bot.errors import EncoderError
from bot.stores.held_encoder import HeldEncoder
from tests.small_encoder import HashedWords


def opener(opened: list[str], ready: threading.Event) -> Callable[[], Encoder]:
    def open_one() -> Encoder:
        opened.append(threading.current_thread().name)
        ready.wait()
        return HashedWords()

    return open_one


def test_several_who_ask_at_once_get_one_encoder() -> None:
    opened: list[str] = []
    ready = threading.Event()
    encoder = HeldEncoder(opener(opened, ready))

    with ThreadPoolExecutor(4) as pool:
        found = [pool.submit(encoder.get) for _ in range(4)]
        ready.set()

    assert len({id(each.result()) for each in found}) == 1
    assert len(opened) == 1


def test_who_asks_while_it_opens_in_the_background_waits_for_that() -> None:
    opened: list[str] = []
    ready = threading.Event()
    encoder = HeldEncoder(opener(opened, ready))

    encoder.warm()
    ready.set()
    first = encoder.get()

    assert encoder.get() is first
    assert len(opened) == 1


def test_what_failed_in_the_background_is_told_to_who_asks() -> None:
    tries: list[int] = []

    def fails() -> Encoder:
        tries.append(1)
        raise EncoderError("The model cannot be opened.")

    encoder = HeldEncoder(fails)
    encoder.warm()

    with pytest.raises(EncoderError, match="cannot be opened"):
        encoder.get()
    assert tries


def test_a_closed_one_is_not_opened_any_more_but_an_open_one_stays() -> None:
    ready = threading.Event()
    ready.set()
    unopened, opened = HeldEncoder(opener([], ready)), HeldEncoder(opener([], ready))
    first = opened.get()

    unopened.close()
    opened.close()

    assert opened.get() is first
    with pytest.raises(ValueError, match="closed"):
        unopened.get()
