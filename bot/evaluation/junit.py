"""A verdict as JUnit XML, which CI systems show question by question."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from bot.evaluation.outcomes import Outcome
from bot.evaluation.verdict import Verdict


def junit_xml(verdict: Verdict) -> bytes:
    """Return the gate and each question as a test case.

    When the gate fails, it is a failure, and so is each question that broke against
    the baseline. Other wrong answers are reported as skipped, with what went wrong: no
    bot answers everything, and a build that is always red tells nothing.
    """
    outcomes = verdict.run.outcomes
    broken = _broken(verdict)
    wrong = [
        each for each in outcomes if not each.right and each.question.id not in broken
    ]
    suite = Element(
        "testsuite",
        name="bot eval",
        tests=str(len(outcomes) + 1),
        failures=str(int(bool(verdict.failures)) + len(broken)),
        skipped=str(len(wrong)),
        errors="0",
    )
    gate = SubElement(suite, "testcase", classname="bot.eval", name="gate")
    if verdict.failures:
        failure = SubElement(gate, "failure", message=_clean(verdict.failures[0]))
        failure.text = _clean("\n".join(verdict.failures))
    for each in outcomes:
        _case(suite, each, broken)
    indent(suite)
    return bytes(tostring(suite, encoding="utf-8", xml_declaration=True)) + b"\n"


def _case(suite: Element, outcome: Outcome, broken: AbstractSet[str]) -> None:
    question = outcome.question
    seconds = (outcome.timing() or 0.0) / 1000
    case = SubElement(
        suite,
        "testcase",
        classname=f"bot.eval.{question.type}",
        name=_clean(f"{question.id}: {question.question}"),
        time=f"{seconds:.3f}",
    )
    if not outcome.right:
        kind = "failure" if question.id in broken else "skipped"
        SubElement(case, kind, message=_clean(_what_went_wrong(outcome)))


def _broken(verdict: Verdict) -> AbstractSet[str]:
    if not verdict.failures or verdict.comparison is None:
        return frozenset()
    return {each.after.question.id for each in verdict.comparison.of_kind("broken")}


def _what_went_wrong(outcome: Outcome) -> str:
    answer, question = outcome.observation.answer, outcome.question
    said = answer["short"] or answer["text"] if outcome.answered else "a refusal"
    wanted = " or ".join(question.answers) or "a refusal"
    return f"wrong at {outcome.stage}: {said!r} instead of {wanted!r}"


def _clean(text: str) -> str:
    """Replace what XML 1.0 cannot hold, control characters and lone surrogates."""
    return "".join(each if _allowed(ord(each)) else "\ufffd" for each in text)


def _allowed(code: int) -> bool:
    return (
        code in {0x9, 0xA, 0xD}
        or 0x20 <= code <= 0xD7FF  # noqa: PLR2004 - the Char production of XML 1.0
        or 0xE000 <= code <= 0xFFFD  # noqa: PLR2004 - the same
        or code >= 0x10000  # noqa: PLR2004 - the same
    )
