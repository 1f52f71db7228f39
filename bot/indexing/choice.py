"""What of the files is indexed: one file for each id, one place for equal content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.stores.sources import Omission, SourceDocument, SourceFile

Chosen = dict[str, tuple[str, SourceDocument]]  # document id to file and document


def choose(files: Iterable[SourceFile]) -> Chosen:
    """Give each document id to the first file, by path, that has it.

    Of files with the same bytes in one collection only the first is chosen.
    """
    chosen: Chosen = {}
    seen: set[_Content] = set()
    for file in sorted(files, key=lambda each: each.path):
        if content := _content(file):
            if content in seen:
                continue
            seen.add(content)
        for document in file.documents:
            chosen.setdefault(document.id, (file.path, document))
    return chosen


_Content = tuple[str, str]  # collection, and hash of the bytes


def _content(file: SourceFile) -> _Content | None:
    """Name what a file holds, if that is one document named by the file's path.

    Ids inside a file of many documents are its author's own and are never merged.
    """
    if file.sha256 is None or [each.id for each in file.documents] != [file.path]:
        return None
    return file.documents[0].collection, file.sha256


Copies = Mapping[str, tuple[str, ...]]  # document id to files with the same bytes


def find_copies(files: Iterable[SourceFile]) -> dict[str, Copies]:
    """Find the files that repeat a chosen document, by collection and document id.

    Collections are kept apart: nobody learns from a document that he may see where a
    copy of it lies that he may not see.
    """
    same: dict[_Content, list[str]] = {}
    for file in sorted(files, key=lambda each: each.path):
        if content := _content(file):
            same.setdefault(content, []).append(file.path)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for (collection, _), (first, *others) in same.items():
        if others:
            found.setdefault(collection, {})[first] = tuple(others)
    return dict(found)


def omissions(files: Mapping[str, SourceFile], chosen: Chosen) -> list[Omission]:
    """Return what is not indexed and why, by path."""
    found = [omission for file in files.values() for omission in file.omissions]
    for file in files.values():
        for document in file.documents:
            owner, _ = chosen.get(document.id, (file.path, None))  # or it is a copy
            if owner != file.path:
                reason = f"the id {document.id!r} is taken by {owner}; change one"
                found.append(Omission(file.path, reason, refused=True))
    return sorted(found, key=lambda each: (each.path, each.reason))


def differences(before: Mapping[str, SourceFile], chosen: Chosen) -> dict[str, Any]:
    """Compare the chosen documents with those of the generation before."""
    old = {id_: each.digest for id_, (_, each) in choose(before.values()).items()}
    new = {id_: each.digest for id_, (_, each) in chosen.items()}
    both = old.keys() & new.keys()
    return {
        "added": tuple(sorted(new.keys() - old.keys())),
        "changed": tuple(sorted(each for each in both if old[each] != new[each])),
        "removed": tuple(sorted(old.keys() - new.keys())),
        "unchanged": sum(old[each] == new[each] for each in both),
    }


FileStatus = Literal[
    "indexed", "changed", "unchanged", "removed", "copy", "refused", "skipped"
]


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of a file.

    ``indexed`` is new in this generation. A file of which a part was refused has the
    status of the rest; the parts are in the report's own lists.
    """

    path: str
    status: FileStatus
    detail: str = ""  # why it was refused or skipped, or the file that it repeats


def outcomes(
    before: Mapping[str, SourceFile],
    files: Mapping[str, SourceFile],
    copies: Mapping[str, Copies],
) -> list[FileOutcome]:
    """Say of every file what became of it, by path."""
    first = {
        other: path
        for same in copies.values()
        for path, others in same.items()
        for other in others
    }
    found = [
        _outcome(before.get(path), file, first.get(path))
        for path, file in files.items()
    ]
    gone = before.keys() - files.keys()
    found += [FileOutcome(path, "removed") for path in gone if before[path].documents]
    return sorted(found, key=lambda each: each.path)


def _outcome(
    before: SourceFile | None, file: SourceFile, first: str | None
) -> FileOutcome:
    if first:
        return FileOutcome(file.path, "copy", first)
    if not file.documents:
        refused = [each for each in file.omissions if each.refused]
        status: FileStatus = "refused" if refused else "skipped"
        reasons = [each.reason for each in refused or file.omissions]
        return FileOutcome(file.path, status, next(iter(reasons), "holds no document"))
    if before is None or not before.documents:
        return FileOutcome(file.path, "indexed")
    same = before.sha256 == file.sha256 and before.documents == file.documents
    return FileOutcome(file.path, "unchanged" if same else "changed")
