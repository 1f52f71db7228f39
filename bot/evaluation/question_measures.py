"""What one question tells about each measure: definitions and their sources."""

from __future__ import annotations

from bot.evaluation.outcomes import Outcome

NOT_APPLICABLE = float("nan")


def accuracy(outcome: Outcome) -> float:
    """Share of all questions answered rightly or rightly refused."""
    return float(outcome.right)


def coverage(outcome: Outcome) -> float:
    """Share of all questions that are answered (El-Yaniv and Wiener, JMLR 11, 2010)."""
    return float(outcome.answered)


def answered_answerable(outcome: Outcome) -> float:
    """Share of the answerable questions that are answered, rightly or not."""
    return float(outcome.answered) if outcome.question.answerable else NOT_APPLICABLE


def error(outcome: Outcome) -> float:
    """Share of wrong answers among those given, also to questions without an answer.

    The selective risk of El-Yaniv and Wiener, JMLR 11, 2010, with 0/1 loss.
    """
    return float(not outcome.right) if outcome.answered else NOT_APPLICABLE


def refusal_precision(outcome: Outcome) -> float:
    """Share of the refused questions that have no answer in the documents.

    With recall, the unanswerable class of SQuAD 2.0 (Rajpurkar et al., ACL 2018).
    """
    unanswerable = float(not outcome.question.answerable)
    return NOT_APPLICABLE if outcome.answered else unanswerable


def refusal_recall(outcome: Outcome) -> float:
    """Share of the questions without an answer that are refused."""
    refused = float(not outcome.answered)
    return NOT_APPLICABLE if outcome.question.answerable else refused


def exact(outcome: Outcome) -> float:
    """Share of answerable questions whose short answer is an accepted one.

    Exact match as in SQuAD (Rajpurkar et al., EMNLP 2016); a refusal scores 0, and so
    does an answer without a short one.
    """
    return NOT_APPLICABLE if outcome.exact is None else outcome.exact


def f1(outcome: Outcome) -> float:
    """Mean token F1 of the short answer over the answerable questions.

    As in SQuAD (Rajpurkar et al., EMNLP 2016), the best over the accepted answers; a
    refusal scores 0, and so does an answer without a short one.
    """
    return NOT_APPLICABLE if outcome.f1 is None else outcome.f1


def supported(outcome: Outcome) -> float:
    """Share of answerable questions with a cited quote that supports the answer.

    A quote supports it when it overlaps an evidence quote by half of the shorter one,
    or says the same word by word; a refusal scores 0.
    """
    return NOT_APPLICABLE if outcome.supported is None else outcome.supported


def citation_precision(outcome: Outcome) -> tuple[float, float]:
    """Share of all citations that support the answer.

    After ALCE (Gao et al., EMNLP 2023), with evidence quotes in place of a language
    model as the judge. No citation of a question without an answer supports anything.
    """
    return float(sum(outcome.supports)), float(len(outcome.supports))


def citation_recall(outcome: Outcome) -> float:
    """Share of the needed evidence that is cited, over the answerable questions.

    After ALCE (Gao et al., EMNLP 2023). Evidence quotes are alternatives; only where
    an answer needs two documents must each of them be cited. A refusal scores 0.
    """
    recall = outcome.citation_recall
    return NOT_APPLICABLE if recall is None else recall


def risk(outcome: Outcome) -> tuple[float, float]:
    """Area under the risk-coverage curve: the mean error over all coverages.

    Geifman, Uziel and El-Yaniv, ICLR 2019. Answers are taken in the order of their
    confidence; those withheld are judged as if they had been given, and where there is
    none, it is wrong.
    """
    return outcome.confidence, float(bool(outcome.answer_right))


def expected_calibration_error(outcome: Outcome) -> tuple[float, float]:
    """Mean distance of confidence from the share of right answers, in ten bins.

    Naeini, Cooper and Hauskrecht, AAAI 2015; Guo et al., ICML 2017: bins of equal
    width, weighted by their size. Over the answers given and those withheld.
    """
    if outcome.answer_right is None:
        return NOT_APPLICABLE, NOT_APPLICABLE
    return outcome.confidence, float(outcome.answer_right)


def latency(outcome: Outcome) -> float:
    """Milliseconds from question to answer, the earlier turns of a thread apart."""
    value = outcome.timing()
    return NOT_APPLICABLE if value is None else value
