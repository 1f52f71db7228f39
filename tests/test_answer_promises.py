"""What holds for every answer, over generated documents and questions.

Each quote is an exact slice; the frame says nothing of its own but wording, the
asker's words and what a source is called; numbers run from 1; equal input gives equal
bytes. The whole pipeline runs, with the small encoder and scorer of the tests.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import cycle, islice
from pathlib import Path

import pytest

from bot.app import Bot
from bot.config import AnswersConfig
from bot.payloads import answer_payload
from bot.records import Answer, Citation, Passage, Segment
from bot.stores.protocol import Reader
from bot.wording import source_line
from tests import small_index
from tests.conftest import REPOSITORY
from tests.generated_texts import documents, questions
from tests.word_scorer import WordScorer

_WORD = re.compile(r"\w+")
_MARKER = re.compile(r"\[(\d+)\]")
_PLACEHOLDER = re.compile(r"\$\w+")
_SETTINGS = (
    AnswersConfig(threshold=0.0),
    AnswersConfig(threshold=0.0, max_quotes=1),
    AnswersConfig(threshold=0.2, max_quotes=6),
    AnswersConfig(threshold=0.9, ask_instead="desk"),
)


@cache
def wording() -> frozenset[str]:
    """The words of the shipped templates, and what the bot writes beside them."""
    texts = [
        each.read_text(encoding="utf-8")
        for each in (files("bot") / "templates").iterdir()
    ]
    written = (
        "Yes No as of undated a date number an amount of money measure name place "
    )
    written += "what the abbreviation stands for desk"
    return frozenset(
        word
        for text in (*texts, written)
        for word in _words(_PLACEHOLDER.sub("", text))
    )


def _words(text: str) -> list[str]:
    return [each.casefold() for each in _WORD.findall(text)]


def opened(folder: Path, seed: int, count: int) -> Bot:
    small_index.write_corpus(folder / "corpus", documents(seed, count))
    config = small_index.settings(folder)
    small_index.build(config)
    return Bot(small_index.read(config), config, scorer=WordScorer())


def asked(bot: Bot, seed: int, count: int) -> Iterator[tuple[AnswersConfig, Answer]]:
    for question, answers in zip(
        questions(seed, count), cycle(_SETTINGS), strict=False
    ):
        used = replace(bot, config=replace(bot.config, answers=answers))
        yield answers, used.ask(question)


def faults(answer: Answer, config: AnswersConfig, reader: Reader) -> list[str]:
    """List every promise that an answer breaks."""
    cited = [*answer.citations, *answer.nearest]
    found = [
        f"no slice: {each.number}" for each in cited if not _is_slice(each, reader)
    ]
    shown = "".join(each.text for each in answer.segments)
    if shown != answer.text:
        found.append("the segments are not the text")
    numbers = [each.number for each in cited]
    if numbers != list(range(1, len(numbers) + 1)):
        found.append(f"numbers {numbers}")
    frame = [each.text for each in answer.segments if each.kind == "template"]
    marked = {int(each) for each in _MARKER.findall(" ".join(_unsourced(frame, cited)))}
    if answer.status == "answered" and marked != set(numbers):
        found.append(f"markers {marked} for {numbers}")
    strange = set(_words(" ".join(_unsourced(frame, cited)))) - _allowed(answer, config)
    if strange:
        found.append(f"words of nobody: {sorted(strange)}")
    if answer.short is not None and answer.short not in {"Yes", "No"}:
        quotes = [each.quote for each in answer.citations]
        if not any(answer.short in each for each in quotes):
            found.append(f"short {answer.short}")
    return found


def _is_slice(citation: Citation, reader: Reader) -> bool:
    text = reader.text(citation.document)
    passages: list[Citation | Passage] = [citation]
    passages += [citation.lead] if citation.lead else []
    return all(text[each.start : each.end] == each.quote for each in passages)


def _unsourced(frame: Iterable[str], cited: Iterable[Citation]) -> Iterator[str]:
    """Leave out what sources are called: their lines, titles and sections."""
    lines = [source_line(each) for each in cited]
    heads = [part for each in cited for part in (each.title, *each.section)]
    names = sorted({*lines, *heads}, key=len, reverse=True)
    for text in frame:
        left = text
        for each in names:
            left = left.replace(each, " ") if each else left
        yield left


def _allowed(answer: Answer, config: AnswersConfig) -> set[str]:
    numbers = {str(each) for each in range(1, 100)}  # markers, counts of parts, items
    said = [answer.question, answer.reading.text, *answer.reading.notes]
    said.append(f"{config.threshold:.2f}")
    if answer.status == "abstained":  # what the nearest passage names instead
        said += [each.quote for each in answer.nearest]
        numbers |= {f"{each:02}" for each in range(100)}  # 0.07 of a confidence
        numbers.add("0")
    else:
        said += [each.date or "" for each in answer.citations]
        said += [each.quote for each in answer.nearest]
        numbers |= {f"{each:02}" for each in range(100)} | {"0"}  # of a refused part
    words = {word for text in said for word in _words(text)}
    # A pronoun's name gets an "'s" in "what are JOINT2's goals".
    return words | wording() | numbers | {"s"}


def test_every_promise_holds_for_generated_answers(tmp_path: Path) -> None:
    with opened(tmp_path, seed=1, count=40) as bot:
        given = list(asked(bot, seed=1, count=160))
        found = {
            answer.question: problems
            for config, answer in given
            if (problems := faults(answer, config, bot.reader))
        }

    assert found == {}
    statuses = [answer.status for _, answer in given]
    assert min(statuses.count("answered"), statuses.count("abstained")) > 30


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2, 12))
def test_every_promise_holds_for_thousands_of_answers(
    tmp_path: Path, seed: int
) -> None:
    with opened(tmp_path, seed, count=200) as bot:
        for config, answer in asked(bot, seed, count=300):
            assert faults(answer, config, bot.reader) == [], answer.question


def test_a_broken_promise_is_found(tmp_path: Path) -> None:
    with opened(tmp_path, seed=1, count=12) as bot:
        answer = next(
            each
            for _, each in asked(bot, seed=1, count=40)
            if len(each.citations) > 1 and not faults(each, _SETTINGS[0], bot.reader)
        )
        first, second, *others = answer.citations
        moved = replace(second, start=second.start + 1, end=second.end + 1)
        made_up = Segment("template", "Gamma paid 999,999 yen, see https://x.example")
        marker = Segment("template", "[99]")
        broken = {
            "no slice": replace(answer, citations=(first, moved, *others)),
            "words of nobody": replace(answer, segments=(*answer.segments, made_up)),
            "markers": replace(answer, segments=(*answer.segments, marker)),
            "not the text": replace(answer, text=f"{answer.text}!"),
        }
        for fault, one in broken.items():
            assert fault in " ".join(faults(one, _SETTINGS[0], bot.reader))


def _digests(folder: Path, hash_seed: str) -> str:
    program = (
        "import sys; from pathlib import Path\n"
        "from tests.test_answer_promises import digests\n"
        "print(digests(Path(sys.argv[1])))"
    )
    return subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        check=True,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    ).stdout


def digests(folder: Path) -> str:
    """Answer generated questions, and return all answers but ids and times."""
    with opened(folder, seed=1, count=12) as bot:
        payloads = [
            answer_payload(answer) for _, answer in asked(bot, seed=3, count=60)
        ]
    for each in payloads:
        each.pop("id")
        each.pop("timings_ms")
    return json.dumps(payloads, ensure_ascii=True)


def test_equal_input_gives_equal_bytes_in_any_process(tmp_path: Path) -> None:
    runs = [_digests(tmp_path / seed, seed) for seed in ("0", "4242")]

    assert runs[0] == runs[1]
    assert len(json.loads(runs[0])) == 60


def test_the_generated_texts_are_hostile_enough() -> None:
    texts = "".join(documents(1, 40).values())
    some = list(islice(questions(1, 160), 160))

    assert all(each in texts for each in ("$short", "<script>", "\u202e", "\x1b"))
    assert max(map(len, texts.split("\n"))) > 5_000
    assert any("$" in each for each in some)
    assert any(len(each) > 4_000 for each in some)
