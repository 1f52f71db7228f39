"""The whole way: the real program, the real model, real documents, real answers."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import RunBot, Workplace

QUESTIONS = [
    "When was JOINT2 established?",
    "Who became the thirteenth member?",
    "What is an interposer?",
    "Who is the chief executive of Resonac?",
    "How much money did NEDO give to JOINT2?",
]


def asked(run_bot: RunBot, place: Workplace, question: str) -> dict[str, Any]:
    done = run_bot("ask", question, "--json", *place.options)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_an_answer_is_short_and_proven_by_an_exact_slice(
    run_bot: RunBot, workplace: Workplace
) -> None:
    answer = asked(run_bot, workplace, "Who became the thirteenth member of JOINT2?")

    assert answer["status"] == "answered"
    assert "ORC" in answer["short"].upper()
    for each in answer["citations"]:
        text = (workplace.corpus / each["document"]).read_text(encoding="utf-8")
        assert text[each["start"] : each["end"]] == each["quote"]


@pytest.mark.parametrize(
    "question",
    [
        "Who is the chief executive of Resonac?",
        "When did Samsung join JOINT2?",
        "Who won the football World Cup in 1998?",
    ],
)
def test_what_the_documents_do_not_say_is_refused_with_a_reason(
    run_bot: RunBot, workplace: Workplace, question: str
) -> None:
    answer = asked(run_bot, workplace, question)

    assert answer["status"] == "abstained"
    assert answer["short"] is None
    assert answer["citations"] == []
    assert answer["reason"]
    assert answer["nearest"]


def test_an_answer_has_every_key_that_programs_rely_on(
    run_bot: RunBot, workplace: Workplace
) -> None:
    answer = asked(run_bot, workplace, "When was JOINT2 established?")

    assert set(answer) >= {
        "id", "question", "reading", "status", "short", "text", "segments",
        "confidence", "citations", "nearest", "reason", "index", "timings_ms",
    }  # fmt: skip
    assert set(answer["citations"][0]) >= {
        "number", "document", "title", "section", "url", "quote", "start", "end",
        "sha256",
    }  # fmt: skip
    assert set(answer["reading"]) >= {"type", "text", "focus"}
    assert set(answer["timings_ms"]) >= {"encode", "retrieve", "evidence", "total"}
    assert "".join(each["text"] for each in answer["segments"]) == answer["text"]


def test_equal_questions_get_equal_bytes_whatever_the_seed_and_the_threads(
    run_bot: RunBot, workplace: Workplace
) -> None:
    outputs = set()
    for seed, threads in (("0", "1"), ("1", "2"), ("4242", "4")):
        env = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "OMP_NUM_THREADS": threads,
            "OPENBLAS_NUM_THREADS": threads,
        }
        done = run_bot(
            "ask", "-", "--json", *workplace.options,
            stdin="\n".join(QUESTIONS), env=env,
        )  # fmt: skip
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(lines) == len(QUESTIONS)
        for line in lines:
            del line["id"], line["timings_ms"]
        outputs.add(json.dumps(lines))

    assert len(outputs) == 1


def test_asking_imports_neither_torch_nor_transformers_nor_parsers(
    run_bot: RunBot, workplace: Workplace, tmp_path: Path
) -> None:
    spy = tmp_path / "sitecustomize.py"
    report = tmp_path / "modules"
    spy.write_text(
        "import atexit, sys\n"
        f"atexit.register(lambda: open({str(report)!r}, 'w').write("
        "'\\n'.join(sys.modules)))\n"
    )
    env = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = run_bot("ask", QUESTIONS[0], *workplace.options, env=env)

    assert done.returncode == 0, done.stderr
    modules = set(report.read_text().splitlines())
    assert "onnxruntime" in modules
    assert not modules & {"pydantic", "rich"}
    assert not modules & {"torch", "transformers", "sentence_transformers"}
    assert not modules & {"lxml", "pypdfium2", "docutils"}


def test_indexing_twice_encodes_and_writes_nothing(
    run_bot: RunBot, workplace: Workplace
) -> None:
    done = run_bot(
        "index", str(workplace.corpus), "--index", str(workplace.index), "--json"
    )
    report = json.loads(done.stdout)

    assert report["encoded"] == 0
    assert report["bytes_written"] == 0
    assert report["unchanged"] == report["documents"] == 3


@pytest.mark.parametrize("question", ["", "   ", "?!", "\x00\x07"])
def test_an_empty_question_is_one_clear_line(
    run_bot: RunBot, workplace: Workplace, question: str
) -> None:
    done = run_bot("ask", "-", *workplace.options, stdin=f"{question}\n")

    assert done.returncode == 1
    assert done.stderr.startswith("Error: stdin, line 1")
    assert done.stderr.count("\n") == 1


def test_a_question_of_a_megabyte_is_answered_or_refused(
    run_bot: RunBot, workplace: Workplace
) -> None:
    question = "When was JOINT2 established? " * 40_000
    done = run_bot("ask", "-", "--json", *workplace.options, stdin=question)

    assert done.returncode == 0
    assert json.loads(done.stdout)["status"] in {"answered", "abstained"}


def test_control_characters_never_reach_the_terminal(
    run_bot: RunBot, workplace: Workplace
) -> None:
    question = "When was \x1b[31mJOINT2\x1b]0;x\x07 established?\n"
    done = run_bot("ask", "-", *workplace.options, stdin=question)

    assert done.returncode == 0
    assert "\x1b" not in done.stdout


def test_bytes_that_are_not_text_do_not_stop_the_next_question(
    run_bot: RunBot, workplace: Workplace
) -> None:
    stdin = b"When was \xff\xfe JOINT2 set up?\nWhat is an interposer?\n"
    done = run_bot("ask", "-", "--json", *workplace.options, stdin=stdin)

    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2


def test_a_refusal_can_be_an_exit_code(run_bot: RunBot, workplace: Workplace) -> None:
    refused = run_bot(
        "ask", "Who invented the telephone?", "--fail-on-abstain", *workplace.options
    )
    answered = run_bot("ask", QUESTIONS[0], "--fail-on-abstain", *workplace.options)

    assert refused.returncode == 3
    assert answered.returncode == 0


def test_a_damaged_index_file_is_an_error_and_no_crash(
    run_bot: RunBot, workplace: Workplace, tmp_path: Path
) -> None:
    copy = tmp_path / "index"
    for file in workplace.index.rglob("*"):
        if file.is_file():
            target = copy / file.relative_to(workplace.index)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_bytes())
    model = max((copy / "objects").iterdir(), key=lambda each: each.stat().st_size)
    model.write_bytes(model.read_bytes()[:-1])

    done = run_bot(
        "ask", QUESTIONS[0], "--corpus", str(workplace.corpus), "--index", str(copy)
    )

    assert done.returncode == 1
    assert model.name in done.stderr
    assert "bot index" in done.stderr


def test_an_index_of_another_encoder_is_refused_by_name(
    run_bot: RunBot, workplace: Workplace, tmp_path: Path
) -> None:
    settings = tmp_path / "bot.toml"
    settings.write_text(f'[encoder]\nmodel = "{tmp_path / "no-model"}"\n')

    done = run_bot("ask", QUESTIONS[0], "--config", str(settings), *workplace.options)

    assert done.returncode == 1
    assert "no-model" in done.stderr


def test_a_missing_corpus_is_one_clear_line(run_bot: RunBot, tmp_path: Path) -> None:
    done = run_bot(
        "ask", "Anything?", "--corpus", str(tmp_path / "none"),
        "--index", str(tmp_path / "index"),
    )  # fmt: skip

    assert done.returncode == 1
    assert str(tmp_path / "none") in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_word_read_as_another_is_noted_and_the_asked_word_is_still_judged(
    run_bot: RunBot, workplace: Workplace
) -> None:
    question = "When did Shinkko Electric win the World Cup?"
    note = "Searched also for: shinko (for Shinkko)"
    answer = asked(run_bot, workplace, question)
    explained = run_bot("ask", question, "--explain", *workplace.options).stdout

    assert answer["status"] == "abstained"
    assert note in answer["reading"]["notes"]
    assert f"{note}." in answer["reason"]
    assert explained.count(f"\n{note}\n") == 1
