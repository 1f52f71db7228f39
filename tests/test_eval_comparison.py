"""Two runs side by side, the gate, and sweeps."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bot.config import Config
from bot.errors import ConfigError, InputError
from bot.evaluation import gate
from bot.evaluation.comparison import compare
from bot.evaluation.junit import junit_xml
from bot.evaluation.outcomes import Run, write_run
from bot.evaluation.session import measure_sweep
from bot.evaluation.subject import Subject
from bot.evaluation.sweep import holm, parse_sweep, warnings
from bot.evaluation.sweep_report import SweepReport
from bot.evaluation.verdict import Demands, decide, read_demands
from tests.eval_samples import FOOLED, QUESTIONS, RIGHT, TEXTS, bot, run, subject


def test_a_run_equals_itself() -> None:
    measured = run()
    comparison = compare(measured.outcomes, run().outcomes)

    assert comparison.changes == ()
    assert {each.p for each in comparison.differences} == {1.0, None}
    assert decide(measured, Demands(measured)).failures == ()


def test_a_worsened_configuration_fails_the_gate_and_names_what_broke() -> None:
    verdict = decide(
        run(asked=bot(threshold=0.7)), Demands(run(asked=bot(threshold=0)))
    )

    assert verdict.comparison is not None
    broken = [each.after.question.id for each in verdict.comparison.of_kind("broken")]
    assert broken == ["withheld"]
    assert any(each.startswith("F1 fell from") for each in verdict.failures)
    assert "Broken answers: 1\n  withheld: which captain" in verdict.text()
    assert "**The gate fails.**" in verdict.markdown()


def test_a_loss_within_the_tolerance_passes() -> None:
    before, after = run(asked=bot(threshold=0)), run(asked=bot(threshold=0.7))

    assert decide(after, Demands(before, tolerance=1.0)).failures == ()


def test_a_changed_document_shows_the_answers_that_it_changed_and_no_other() -> None:
    changed = {**TEXTS, "tug.md": TEXTS["tug.md"].replace("3000", "4000")}
    # What stands before other documents and their sentences moves nothing else.
    changed["ferry.md"] = f"A new first line. {TEXTS['ferry.md']}"

    comparison = compare(run().outcomes, run(asked=bot(changed)).outcomes)

    assert [(each.kind, each.after.question.id) for each in comparison.changes] == [
        ("changed", "fooled")
    ]


def test_questions_of_one_run_only_are_not_compared() -> None:
    reworded = dataclasses.replace(
        RIGHT, question="captain who commands the tug Boreas"
    )

    comparison = compare(
        run([RIGHT, FOOLED]).outcomes, run([reworded, QUESTIONS[2]]).outcomes
    )

    assert comparison.added == ("withheld",)
    assert comparison.removed == ("fooled",)
    assert comparison.reworded == ("right",)
    assert comparison.differences == ()


def test_corrected_evidence_leaves_a_question_the_same() -> None:
    corrected = dataclasses.replace(RIGHT, answers=("Ito", "Captain Ito"))

    assert compare(run([RIGHT]).outcomes, run([corrected]).outcomes).reworded == ()


def test_long_lists_of_changes_are_cut_and_counted() -> None:
    many = [dataclasses.replace(RIGHT, id=str(each)) for each in range(30)]
    verdict = decide(run(many, bot()), Demands(run(many, bot({}))))

    assert "Fixed answers: 30" in verdict.text()
    assert "and 10 more" in verdict.text()


@pytest.mark.parametrize(
    ("bounds", "failures"),
    [
        ("accuracy=0.2, error=0.75", []),
        ("accuracy=0.3", ["accuracy is 0.2857; it must be 0.3 at least."]),
        ("accuracy=0.2857", []),  # as it was shown
        ("error=0.5", ["error is 0.75; it may be 0.5 at most."]),
        ("", []),
    ],
)
def test_bounds_are_kept_or_broken(bounds: str, failures: list[str]) -> None:
    verdict = decide(run(), read_demands(None, bounds))

    assert list(verdict.failures) == failures


def test_a_measure_that_nothing_is_known_about_breaks_its_bound() -> None:
    verdict = decide(run([RIGHT]), read_demands(None, "refusal-recall=0"))

    assert verdict.failures == (
        "refusal-recall is undefined: no question tells anything about it.",
    )


@pytest.mark.parametrize(
    "text", ["nDCG=0.7", "error", "error=", "error=high", "error=nan"]
)
def test_bounds_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="--fail-under"):
        gate.parse_bounds(text)


def test_rising_errors_and_significant_losses_are_regressions() -> None:
    many = [dataclasses.replace(FOOLED, id=str(each)) for each in range(40)]
    sure = dataclasses.replace(RIGHT, question="captain commands the tug Boreas")
    before = run([*many, sure], bot(threshold=1.0))
    after = run([*many, sure], bot(threshold=0))

    failures = decide(after, Demands(before, tolerance=5)).failures

    assert any(each.startswith("error rose from 0.000") for each in failures)


def test_the_verdict_is_one_json_document() -> None:
    payload = json.loads(
        json.dumps(decide(run(), Demands(run())).payload(), allow_nan=False)
    )

    assert payload["gate"] == {"passed": True, "failures": []}
    assert payload["questions"] == 7
    assert payload["comparison"]["changes"] == []


def test_a_baseline_is_read_from_its_file(tmp_path: Path) -> None:
    write_run(run(), tmp_path / "base.json")

    demands = read_demands(tmp_path / "base.json")

    assert demands.baseline is not None
    assert decide(run(), demands).failures == ()


def test_stale_evidence_is_named() -> None:
    gone = {name: text for name, text in TEXTS.items() if name != "ferry.md"}

    text = decide(run(asked=bot(gone)), Demands()).text()

    assert "Evidence that the documents no longer state: lost" in text


def test_junit_fails_what_broke_and_skips_what_was_wrong_before() -> None:
    verdict = decide(
        run(asked=bot(threshold=0.7)), Demands(run(asked=bot(threshold=0)))
    )

    suite = ET.fromstring(junit_xml(verdict))  # noqa: S314 - our own

    kinds = {
        case.get("name", "").split(":")[0]: [each.tag for each in case]
        for case in suite.iter("testcase")
    }
    assert kinds["gate"] == ["failure"]
    assert kinds["withheld"] == ["failure"]
    assert kinds["wrong"] == ["skipped"]
    assert kinds["right"] == []
    assert suite.get("tests") == "8"
    assert suite.get("failures") == "2"


def test_junit_holds_what_xml_cannot() -> None:
    odd = dataclasses.replace(FOOLED, question="who \x00 is \ud800 <b> & \U0001f6a2")

    suite = ET.fromstring(junit_xml(decide(run([odd]), Demands())))  # noqa: S314 - our own

    assert "who � is � <b> & \U0001f6a2" in [
        each.get("name", "").removeprefix("fooled: ") for each in suite.iter("testcase")
    ]


def test_markdown_escapes_what_people_wrote() -> None:
    odd = dataclasses.replace(RIGHT, id="<img>|`x`", question="who commands the tug?")
    verdict = decide(run([odd], bot({})), Demands(run([odd])))

    assert "<img>" not in verdict.markdown()
    assert "&lt;img\\>\\|\\`x\\`" in verdict.markdown()


@contextmanager
def opened(config: Config) -> Iterator[Subject]:
    yield subject(dataclasses.replace(bot(), config=config))


def test_a_sweep_tries_all_combinations() -> None:
    settings = parse_sweep(
        ["answers.threshold=0, 1.0", "answers.ask_instead=Ann,Bob"], Config()
    )

    tried = measure_sweep(opened, settings, QUESTIONS)

    assert [each.setting.name for each in tried] == [
        "answers.threshold=0.0, answers.ask_instead=Ann",
        "answers.threshold=0.0, answers.ask_instead=Bob",
        "answers.threshold=1.0, answers.ask_instead=Ann",
        "answers.threshold=1.0, answers.ask_instead=Bob",
    ]
    accuracies = [each.values[3] for each in tried]
    assert accuracies[0] == accuracies[1]


def test_settings_that_need_another_index_get_a_place_of_their_own(
    tmp_path: Path,
) -> None:
    index = dataclasses.replace(Config().index, path=str(tmp_path / "index"))
    config = dataclasses.replace(Config(), index=index)
    config.probability_path.parent.mkdir()
    config.probability_path.write_text("{}", encoding="utf-8")
    places: list[tuple[Path, bool]] = []

    @contextmanager
    def watched(config: Config) -> Iterator[Subject]:
        places.append((config.index_path, config.probability_path.exists()))
        with opened(config) as asked:
            yield asked

    settings = parse_sweep(
        ["chunking.max_words=60,120", "answers.threshold=0.1,0.9"], config
    )
    measure_sweep(watched, settings, [RIGHT])

    folders = [place for place, _ in places]
    assert folders[0] == folders[1] != folders[2] == folders[3]
    assert tmp_path / "index" not in folders
    assert all(calibrated for _, calibrated in places)
    assert not folders[0].parent.exists()


@pytest.mark.parametrize(
    ("specification", "error"),
    [
        (["threshold=1"], InputError),
        (["answers.speed=1"], InputError),
        (["folder.x=1"], InputError),
        (["answers.threshold"], InputError),
        (["answers.threshold=[1"], InputError),
        (["answers.threshold=high"], ConfigError),
        (["answers.max_quotes=1.5"], ConfigError),
        (["answers.max_quotes=true"], ConfigError),
        (["answers.threshold=2"], ConfigError),
        (["answers.threshold=0.1", "answers.threshold=0.2"], InputError),
    ],
)
def test_a_sweep_that_cannot_be_read_is_refused(
    specification: list[str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        parse_sweep(specification, Config())


def test_many_settings_on_few_questions_are_warned_of() -> None:
    settings = parse_sweep(["answers.threshold=0.1,0.2,0.3"], Config())

    assert "may be best by luck" in next(warnings(settings, 74))
    assert list(warnings(settings, 75)) == []
    assert list(warnings(settings[:1], 1)) == []


def test_adjusted_p_values_grow_and_keep_their_order() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([None, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_sweep_is_reported(tmp_path: Path) -> None:
    settings = parse_sweep(["answers.threshold=0.2,0.4"], Config())
    report = SweepReport(measure_sweep(opened, settings, QUESTIONS))

    report.write(tmp_path / "report")

    assert "answers.threshold=0.2" in report.text()
    page = (tmp_path / "report" / "sweep.html").read_text(encoding="utf-8")
    assert page.count("<figure>") == 7
    assert page.count("<polyline") == 7
    figures = json.loads((tmp_path / "report" / "sweep.json").read_text("utf-8"))
    assert [each["setting"] for each in figures["settings"]] == [
        {"answers.threshold": 0.2},
        {"answers.threshold": 0.4},
    ]
    with pytest.raises(InputError, match="cannot be written"):
        report.write(tmp_path / "report" / "sweep.html")


def test_a_sweep_over_words_is_shown_in_bars() -> None:
    settings = parse_sweep(
        ["answers.ask_instead=Ann,Bob the second of that name"], Config()
    )

    page = SweepReport(measure_sweep(opened, settings, QUESTIONS)).html()

    assert "<polyline" not in page
    assert "ask_instead=Bob t…" in page


def test_the_runs_of_a_sweep_are_of_the_same_questions() -> None:
    settings = parse_sweep(["answers.threshold=0.2,0.4"], Config())
    runs: list[Run] = [each.run for each in measure_sweep(opened, settings, QUESTIONS)]

    assert len({each.questions_hash for each in runs}) == 1
