"""The documents as they are now, read from the corpus again and not from the index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path

from bot.config import CorpusConfig
from bot.errors import DocumentRefusedError
from bot.ingest.documents import Skipped
from bot.ingest.files import CorpusFile, list_files, read_file
from bot.ingest.registry import read_documents
from bot.records import Document

_COLLECTIONS = (".jsonl", ".zip")  # of documents whose ids are not made of the path


@dataclass(frozen=True, slots=True)
class Found:
    """What the corpus has of the documents that were wanted."""

    documents: dict[str, Document] = field(default_factory=dict)  # by id
    reasons: dict[str, str] = field(default_factory=dict)  # id to why there is none


@dataclass(frozen=True, slots=True)
class Sources:
    """A corpus folder, read file by file with the limits that indexing has."""

    root: Path
    limits: CorpusConfig

    def find(self, ids: AbstractSet[str]) -> Found:
        """Read documents by their ids; collections only if an id names no file.

        Raises:
            InputError: the corpus folder is missing or cannot be read.
        """
        files = list_files(self.root)
        paths = {each.path for each in files}
        named = [paths.intersection(_holders(id_)) for id_ in ids]
        holders = frozenset[str]().union(*named)
        inside = not all(named)
        wanted = [
            each
            for each in files
            if each.path in holders or (inside and each.path.endswith(_COLLECTIONS))
        ]
        found = Found()
        for document in self._read(wanted, found.reasons):
            if document.info.id in ids:  # the first file that has it, as in an index
                found.documents.setdefault(document.info.id, document)
        return found

    def everything(self) -> Iterator[Document]:
        """Read every document, by path.

        Raises:
            InputError: the corpus folder is missing or cannot be read.
        """
        yield from self._read(list_files(self.root), {})

    def _read(
        self, files: Iterable[CorpusFile], reasons: dict[str, str]
    ) -> Iterator[Document]:
        for file in files:
            if file.status != "readable":
                reasons[file.path] = file.reason
                continue
            try:
                data = read_file(self.root, file.path, self.limits)
                read = read_documents(file.path, data, self.limits)
            except DocumentRefusedError as error:
                reasons[file.path] = error.reason
                continue
            for each in read:
                if isinstance(each, Skipped):
                    reasons[each.path] = each.reason
                else:
                    yield each


def _holders(id_: str) -> Iterator[str]:
    """Yield the paths of the files that may hold a document: "a.zip/b.md", "a.zip"."""
    yield id_
    for place, character in enumerate(id_):
        if character == "/":
            yield id_[:place]
