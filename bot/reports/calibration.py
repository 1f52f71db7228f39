"""Certificates and fitted maps as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.calibration.certificates import Certificate
from bot.calibration.probability import Calibration
from bot.channels.terminal import harmless
from bot.evaluation.calibrating import Calibrated


def fitted_text(fitted: Calibration, path: Path) -> str:
    """Show a fitted map."""
    about = fitted.fitted
    return harmless(
        f"Fitted on {about['answers']} answers, {about['right']} of them right: slope "
        f"{fitted.slope:.3f}, intercept {fitted.intercept:.3f}.\n"
        "Expected calibration error on these answers "
        f"{about['calibration_error_before']:.3f} before, "
        f"{about['calibration_error_after']:.3f} after.\n"
        f"Written to {path}. Run `bot calibrate` on other questions next."
    )


def calibrated_text(found: Calibrated, path: Path) -> str:
    """Show a certificate, or how far the questions are from one."""
    lines = [*_biased(found)]
    if found.certificate is not None:
        lines += _certificate(found.certificate, path)
    else:
        lines += _missing(found)
        if path.exists():
            lines.append(f"{path} stays as it was; remove it to end its threshold.")
    return harmless("\n".join(lines))


def _biased(found: Calibrated) -> Iterator[str]:
    if found.biased:
        yield (
            "Careful: the map to probabilities was fitted on some of these questions. "
            "Take another --split."
        )


def _certificate(certificate: Certificate, path: Path) -> Iterator[str]:
    share = certificate.answerable_coverage
    answerable = "" if share is None else f" ({share:.0%} of the answerable ones)"
    yield (
        f"Threshold {certificate.threshold}: of {certificate.set.questions} questions "
        f"{certificate.answered} are answered{answerable}, {certificate.wrong} of them "
        f"wrongly ({certificate.error:.1%})."
    )
    yield (
        f"With {certificate.confidence:.1%} confidence at most "
        f"{certificate.max_error:.1%} of such answers are wrong (bound at this "
        f"threshold alone: {certificate.bound:.1%})."
    )
    yield f"Expected calibration error: {certificate.calibration_error:.3f}."
    yield f"Certificate: {path}"


def _missing(found: Calibrated) -> Iterator[str]:
    demand, judged = found.demand, found.judged
    yield (
        f"No threshold keeps the error below {demand.max_error:.1%} with "
        f"{demand.confidence:.1%} confidence on these {judged.set.questions} questions."
    )
    if found.shortage is not None:
        choice = found.shortage.choice
        yield (
            f"About {found.shortage.more} more labelled questions would do, if errors "
            f"stay as rare as at threshold {choice.threshold}: {choice.wrong} of "
            f"{choice.answered} answers. At least {demand.fewest} answers are needed."
        )
    else:
        yield (
            "More questions would not help: at every threshold the share of wrong "
            "answers is not below the limit. Mend the worst ones (`bot eval`), or "
            "raise --max-error."
        )
