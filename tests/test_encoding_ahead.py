"""What is encoded beside a build comes back in order, once, or with its error."""

from __future__ import annotations

import numpy as np
import pytest

from bot.dense import Floats
from bot.errors import EncoderError
from bot.indexing.ahead import EncodingAhead
from tests.small_encoder import HashedWords

TEXTS = {f"{number:032}".encode(): f"text {number}" for number in range(300)}


def test_every_text_gets_its_own_vector_in_batches_in_the_order_given() -> None:
    encoder = HashedWords()
    with EncodingAhead(lambda: encoder) as ahead:
        batches = ahead.begin(TEXTS)
        keys = [key for each in batches for key in each.keys]
        vectors = np.concatenate([each.vectors.result() for each in batches])

    assert keys == list(TEXTS)
    assert len(batches) > 1
    np.testing.assert_array_equal(vectors, HashedWords().encode([*TEXTS.values()]))


def test_a_text_that_was_begun_is_not_encoded_again() -> None:
    encoder = HashedWords()
    with EncodingAhead(lambda: encoder) as ahead:
        first = ahead.begin(TEXTS)
        again = ahead.begin({**TEXTS, b"new": "another"})
        done = [each.vectors.result() for each in (*first, *again)]

    assert [key for each in again for key in each.keys] == [b"new"]
    assert len(encoder.asked) == len(set(encoder.asked)) == sum(map(len, done))


def test_the_encoder_is_not_opened_where_there_is_nothing_to_encode() -> None:
    def opened() -> HashedWords:
        raise AssertionError

    with EncodingAhead(opened) as ahead:
        assert ahead.begin({}) == []


def test_an_error_of_the_encoder_reaches_whoever_wants_the_vectors() -> None:
    class Failing(HashedWords):
        """Gives up."""

        def encode(self, *_: object) -> Floats:
            raise EncoderError("it cannot be run")

    with EncodingAhead(Failing) as ahead:
        [batch] = ahead.begin({b"key": "text"})
        with pytest.raises(EncoderError, match="cannot be run"):
            batch.vectors.result()
