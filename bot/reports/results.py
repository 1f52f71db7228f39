"""Index reports, hits and findings as text for people and payloads for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from bot.channels.terminal import harmless
from bot.checks import Check
from bot.records import Hit

if TYPE_CHECKING:
    from bot.indexing import IndexReport
    from bot.indexing.choice import FileStatus

_NAMED = 10  # of the files that a build indexed, changed or removed, so many
_EXCERPT = 160  # characters of a passage shown in a list of hits


def hits_text(hits: Sequence[Hit]) -> str:
    """List hits, each with its place, its raw scores and the start of its text."""
    if not hits:
        return "No passage found."
    also = hits[0].also
    lines = [harmless(f"Searched also for: {', '.join(also)}")] if also else []
    return "\n".join((*lines, *(_hit_text(*each) for each in enumerate(hits, 1))))


def _hit_text(rank: int, hit: Hit) -> str:
    place = " > ".join((hit.chunk.document, *hit.chunk.section))
    cosine = "-" if hit.cosine is None else f"{hit.cosine:.3f}"
    logit = "" if hit.logit is None else f", reranker {hit.logit:.2f}"
    excerpt = " ".join(hit.chunk.text.split())
    if len(excerpt) > _EXCERPT:
        excerpt = excerpt[:_EXCERPT].rsplit(" ", 1)[0] + " ..."
    return harmless(
        f"{rank}. {place}\n"
        f"   score {hit.score:.3f}, BM25 {hit.bm25:.2f}, cosine {cosine}{logit}\n"
        f"   {excerpt}"
    )


def findings_text(findings: Sequence[Check]) -> str:
    """List findings, one a line, with the remedy below where there is one."""
    return "\n".join(line for each in findings for line in _finding_lines(each))


def _finding_lines(finding: Check) -> Iterator[str]:
    yield harmless(f"{finding.status:7} {finding.name}: {finding.detail}")
    if finding.remedy:
        yield harmless(f"        -> {finding.remedy}")


def index_text(report: IndexReport) -> str:
    """Say what a build did: what became of which file, then the sums.

    What was refused or skipped is named in full; of files that were indexed, changed,
    removed or are copies the first few of each.
    """
    lines: list[str] = []
    for status in ("indexed", "changed", "removed", "copy"):
        lines += _named(report, status)
    lines += [f"refused {each.path}: {each.reason}" for each in report.refused]
    lines += [f"skipped {each.path}: {each.reason}" for each in report.skipped]
    lines += report.warnings
    state = "built" if report.new else "is up to date"
    lines.append(
        f"Index {state}: {_count(report.documents, 'document')} in "
        f"{_count(report.chunks, 'passage')} "
        f"({len(report.added)} added, {len(report.changed)} changed, "
        f"{len(report.removed)} removed, {len(report.refused)} refused; "
        f"{_count(report.encoded, 'passage')} encoded)."
    )
    return harmless("\n".join(lines))


def _named(report: IndexReport, status: FileStatus) -> Iterator[str]:
    files = [each for each in report.outcomes if each.status == status]
    for each in files[:_NAMED]:
        yield f"{status} {each.path}" + (f" of {each.detail}" if each.detail else "")
    if len(files) > _NAMED:
        yield f"{status} {len(files) - _NAMED:,} more (--json names all)"


def index_payload(report: IndexReport) -> dict[str, Any]:
    """Return a build's report for programs."""
    return {
        "added": list(report.added),
        "changed": list(report.changed),
        "removed": list(report.removed),
        "unchanged": report.unchanged,
        "refused": [
            {"path": each.path, "reason": each.reason} for each in report.refused
        ],
        "skipped": [
            {"path": each.path, "reason": each.reason} for each in report.skipped
        ],
        "files": [
            {"path": each.path, "status": each.status, "detail": each.detail}
            for each in report.outcomes
        ],
        "documents": report.documents,
        "chunks": report.chunks,
        "collections": report.collections,
        "files_read": report.files,
        "files_parsed": report.parsed,
        "encoded": report.encoded,
        "bytes_written": report.written,
        "generation": report.generation,
        "fingerprint": report.fingerprint,
        "new": report.new,
        "warnings": list(report.warnings),
    }


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
