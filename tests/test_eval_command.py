"""`bot eval`, as a person uses it on a folder of their own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from bot.cli.evaluating import _TOLERANCE
from bot.evaluation.gate import TOLERANCE
from tests.conftest import RunBot, Workplace

NEDO = "New Energy and Industrial Technology Development Organization"
PAGES = {
    "nedo": "policy/nedo.md",
    "interposers": "technology/interposers.md",
    "article": "consortia/article.md",
}
QUESTIONS = [  # id, question, answer, page, a word of the evidence, type
    ("q1", "What does NEDO stand for?", NEDO, "nedo", "(NEDO)", "abbreviation"),
    ("q2", "When was NEDO founded?", "1980", "nedo", "1980", "when"),
    ("q3", "What is an interposer?", "layer", "interposers", "er is", "definition"),
    ("q4", "Who leads JOINT2?", "Resonac", "article", "Resonac leads", "who"),
    ("q5", "Which interposers are there?", "glass", "interposers", "glass", "which"),
]
UNANSWERABLE = ["Who won the chess match?", "What does a kilo of rice cost?"]


def sentence_with(corpus: Path, document: str, word: str) -> str:
    """Find a sentence of a document, so that the corpus may be worded anew."""
    body = (corpus / document).read_text(encoding="utf-8").split("\n---\n", 1)[1]
    lines = [each for each in body.splitlines() if each and each[0] not in "#|-"]
    sentences = [f"{each}." for line in lines for each in line.rstrip(".").split(". ")]
    return next((each for each in sentences if word in each), sentences[0])


@pytest.fixture(scope="module")
def questions(workplace: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [
        {
            "id": id_,
            "question": text,
            "answerable": True,
            "answers": [answer],
            "evidence": [
                {
                    "document": PAGES[page],
                    "quote": sentence_with(workplace.corpus, PAGES[page], word),
                }
            ],
            "tags": [kind],
        }
        for id_, text, answer, page, word, kind in QUESTIONS
    ]
    rows += [
        {"id": text, "question": text, "answerable": False, "tags": ["what", "world"]}
        for text in UNANSWERABLE
    ]
    path = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return path


@pytest.fixture
def own(workplace: Workplace, tmp_path: Path) -> Workplace:
    """Copy the workplace, to change it."""
    made = Workplace(tmp_path / "corpus", tmp_path / "index")
    shutil.copytree(workplace.corpus, made.corpus)
    shutil.copytree(workplace.index, made.index)
    return made


def test_a_worse_configuration_is_caught_and_the_report_shows_what_broke(
    run_bot: RunBot, workplace: Workplace, questions: Path, tmp_path: Path
) -> None:
    first = run_bot(
        "eval", str(questions), "--save", "base.json", *workplace.options, cwd=tmp_path
    )  # fmt: skip
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("measure ")
    assert first.stderr == ""
    (tmp_path / "bot.toml").write_text("[answers]\nthreshold = 1.0\n", encoding="utf-8")

    second = run_bot(
        "eval", str(questions), "--baseline", "base.json", "--report", "report",
        *workplace.options, cwd=tmp_path,
    )  # fmt: skip

    assert second.returncode == 4
    assert "Gate: " in second.stderr
    page = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    assert 'data-change="broken"' in page
    assert "The gate fails." in page


def test_a_changed_document_shows_exactly_the_answers_that_it_changed(
    run_bot: RunBot, own: Workplace, questions: Path, tmp_path: Path
) -> None:
    run_bot("eval", str(questions), "--save", "base.json", *own.options, cwd=tmp_path)
    document = own.corpus / "policy" / "nedo.md"
    text = document.read_text(encoding="utf-8")
    document.write_text(text.replace("1980", "1981"), encoding="utf-8")
    assert run_bot("index", str(own.corpus), *own.options[2:]).returncode == 0

    done = run_bot(
        "eval", str(questions), "--baseline", "base.json", "--json", *own.options,
        cwd=tmp_path,
    )  # fmt: skip

    before = json.loads((tmp_path / "base.json").read_text(encoding="utf-8"))
    touched = {
        each["question"]["id"]
        for each in before["outcomes"]
        if any("1980" in cited["quote"] for cited in each["answer"]["citations"])
    }
    changes = {
        each["question"] for each in json.loads(done.stdout)["comparison"]["changes"]
    }
    assert touched
    assert changes == touched


def test_measuring_writes_no_receipt(
    run_bot: RunBot, own: Workplace, questions: Path, tmp_path: Path
) -> None:
    run_bot("eval", str(questions), "--only", "when", *own.options, cwd=tmp_path)

    assert not list(tmp_path.rglob("state.db"))


def test_bounds_decide_the_exit_code(
    run_bot: RunBot, workplace: Workplace, questions: Path, tmp_path: Path
) -> None:
    command = ["eval", str(questions), "--only", "world", *workplace.options]

    kept = run_bot(*command, "--fail-under", "coverage=0", cwd=tmp_path)
    broken = run_bot(
        *command, "--fail-under", "coverage=1.1", "--no-cache", cwd=tmp_path
    )

    assert kept.returncode == 0
    assert broken.returncode == 4
    assert broken.stderr.startswith("Gate: coverage is ")


def test_a_sweep_compares_settings_and_warns(
    run_bot: RunBot, workplace: Workplace, questions: Path, tmp_path: Path
) -> None:
    done = run_bot(
        "eval", str(questions), "--sweep", "answers.threshold=0.1,0.9", "--report",
        "report", *workplace.options, cwd=tmp_path,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "answers.threshold=0.1" in done.stdout
    assert "may be best by luck" in done.stdout
    assert (tmp_path / "report" / "sweep.html").exists()


def test_retrieval_is_measured_from_queries_and_from_a_run(
    run_bot: RunBot, workplace: Workplace, tmp_path: Path
) -> None:
    (tmp_path / "q.jsonl").write_text(
        '{"_id": "1", "text": "silicon interposer"}\n'
        '{"_id": "2", "text": "unjudged"}\n',
        encoding="utf-8",
    )
    (tmp_path / "r.tsv").write_text(
        "query-id\tcorpus-id\tscore\n1\ttechnology/interposers.md\t1\n",
        encoding="utf-8",
    )
    run_bot(
        "search", "--queries", "q.jsonl", "--run", "run.txt", *workplace.options,
        cwd=tmp_path,
    )  # fmt: skip

    asked = run_bot(
        "eval", "--queries", "q.jsonl", "--qrels", "r.tsv", "--json",
        *workplace.options, cwd=tmp_path,
    )  # fmt: skip
    read = run_bot(
        "eval", "--run", "run.txt", "--qrels", "r.tsv", "--json", cwd=tmp_path
    )

    assert json.loads(asked.stdout) == json.loads(read.stdout)
    assert json.loads(read.stdout)["measures"]["nDCG@10"] == 1


def test_a_first_set_is_drafted_and_checked(
    run_bot: RunBot, own: Workplace, tmp_path: Path
) -> None:
    run_bot("ask", "Who won the chess match?", *own.options, cwd=tmp_path)

    drafted = run_bot(
        "eval", "init", "set.jsonl", "--count", "5", *own.options, cwd=tmp_path
    )
    checked = run_bot("eval", "check", "set.jsonl", *own.options, cwd=tmp_path)
    again = run_bot("eval", "init", "set.jsonl", *own.options, cwd=tmp_path)

    assert drafted.returncode == 0, drafted.stderr
    lines = (tmp_path / "set.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 5
    assert json.loads(lines[0])["question"] == "Who won the chess match?"
    assert checked.stdout == "5 questions, no fault.\n"
    assert again.returncode == 1
    assert "nothing is overwritten" in again.stderr


def test_a_vote_in_the_chat_becomes_a_question_of_the_first_set(
    run_bot: RunBot, own: Workplace, tmp_path: Path
) -> None:
    asked = "What does NEDO stand for?"
    chatted = run_bot(
        "chat", *own.options, stdin=f"{asked}\n/feedback good\n", cwd=tmp_path
    )
    run_bot("eval", "init", "set.jsonl", "--count", "3", *own.options, cwd=tmp_path)
    checked = run_bot("eval", "check", "set.jsonl", *own.options, cwd=tmp_path)

    assert chatted.returncode == 0, chatted.stderr
    lines = (tmp_path / "set.jsonl").read_text(encoding="utf-8").splitlines()
    first = json.loads(lines[0])
    assert first["question"] == asked
    assert first["tags"][:2] == ["abbreviation", "feedback"]
    assert first["answerable"] is True
    assert first["evidence"]
    assert checked.stdout == "3 questions, no fault.\n"


def test_every_fault_of_a_set_is_listed(
    run_bot: RunBot, workplace: Workplace, tmp_path: Path
) -> None:
    evidence = [{"document": "policy/nedo.md", "quote": "NEDO is on the moon."}]
    rows = [
        {
            "id": "1",
            "question": "Why?",
            "answerable": True,
            "answers": ["x"],
            "evidence": evidence,
        },
        {"id": "1", "question": "Why?", "answerable": True},
    ]
    (tmp_path / "set.jsonl").write_text(
        "\n".join(map(json.dumps, rows)), encoding="utf-8"
    )

    done = run_bot("eval", "check", "set.jsonl", *workplace.options, cwd=tmp_path)

    assert done.returncode == 1
    assert "line 1, field 'evidence': policy/nedo.md does not say" in done.stdout
    assert "line 2, field 'answers'" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["set.jsonl", "--queries", "q"], 2),
        (["--qrels", "r.tsv"], 2),
        (["set.jsonl", "--sweep", "answers.threshold=1", "--split", "test"], 2),
        (["none.jsonl"], 1),
        (["set.jsonl", "--only", "who"], 1),
    ],
)
def test_what_cannot_be_measured_is_refused(
    run_bot: RunBot, tmp_path: Path, arguments: list[str], code: int
) -> None:
    row = {"id": "1", "question": "Why?", "answerable": False}
    (tmp_path / "set.jsonl").write_text(json.dumps(row), encoding="utf-8")

    done = run_bot("eval", *arguments, cwd=tmp_path)

    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_help_shows_worked_examples(run_bot: RunBot) -> None:
    for command in ("run", "init", "check"):
        assert "Example: bot eval" in run_bot("eval", command, "--help").stdout
    assert "short for `run`" in run_bot("eval", "--help").stdout


def test_the_tolerance_is_the_same_in_command_and_gate() -> None:
    assert _TOLERANCE == TOLERANCE
