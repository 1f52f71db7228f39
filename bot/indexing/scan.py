"""The files of the corpus, compared with what the last build saw, become documents."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot import fsio
from bot.chunking import split
from bot.config import Config
from bot.errors import DocumentRefusedError
from bot.indexing.choice import choose
from bot.indexing.report import Listener, Progress
from bot.ingest.documents import Skipped
from bot.ingest.files import list_files, read_file
from bot.ingest.registry import read_documents
from bot.records import Document
from bot.stores.documents import Documents, StoredDocument, pack_documents
from bot.stores.sources import Omission, SourceDocument, SourceFile
from bot.stores.storing import digest_document, store_document

Identity = tuple[str, str]  # id and digest of a document


@dataclass(slots=True)
class Spool:
    """Documents read by this build, on the disk until they have a bucket."""

    log: fsio.Log
    _places: dict[Identity, tuple[int, int]] = field(default_factory=dict)

    def __contains__(self, identity: Identity) -> bool:
        """Tell whether the document is here."""
        return identity in self._places

    def add(self, document: StoredDocument, digest: str) -> None:
        """Keep a document.

        Raises:
            IndexWriteError: the disk refuses.
        """
        data = b"".join(pack_documents([document]))
        self._places[document.id, digest] = (self.log.append(data), len(data))

    def get(self, identity: Identity) -> StoredDocument:
        """Return a document that is here."""
        return Documents(self.log.read(*self._places[identity])).stored(0)


@dataclass(slots=True)
class Scan:
    """Reads the corpus; what has not changed since the last build is only hashed."""

    config: Config
    before: Mapping[str, SourceFile]  # by path, as far as it still holds
    stored: Mapping[str, SourceDocument]  # by id, what an old bucket has
    spool: Spool
    listener: Listener
    read: int = 0  # files
    parsed: int = 0  # files

    def files(self) -> dict[str, SourceFile]:
        """Read every file, and give each document id to the first file that has it.

        Raises:
            InputError: the corpus folder is missing or cannot be read.
            IndexWriteError: the disk refuses to keep the documents.
        """
        entries = list_files(self.config.corpus_path)
        files: dict[str, SourceFile] = {}
        for number, entry in enumerate(entries):
            self.listener(Progress("reading", number, len(entries), entry.path))
            if entry.status == "readable":
                files[entry.path] = self._file(entry.path)
            else:
                refused = entry.status == "refused"
                omission = Omission(entry.path, entry.reason, refused)
                files[entry.path] = SourceFile(entry.path, None, (), (omission,))
        self.listener(Progress("reading", len(entries), len(entries)))
        # A file that did not change may get back an id that another file had taken.
        while missing := self._missing(files):
            for path in missing:
                files[path] = self._file(path, again=True)
        return files

    def _missing(self, files: Mapping[str, SourceFile]) -> list[str]:
        chosen = choose(files.values()).values()
        return sorted(
            {
                path
                for path, document in chosen
                if self.stored.get(document.id) != document
                and (document.id, document.digest) not in self.spool
            }
        )

    def _file(self, path: str, *, again: bool = False) -> SourceFile:
        try:
            data = read_file(self.config.corpus_path, path, self.config.corpus)
        except DocumentRefusedError as error:
            return SourceFile(
                path, None, (), (Omission(path, error.reason, refused=True),)
            )
        self.read += 1
        sha256 = hashlib.sha256(data).hexdigest()
        before = self.before.get(path)
        if before and before.sha256 == sha256 and not again:
            return before
        self.parsed += 1
        try:
            found = read_documents(path, data, self.config.corpus)
        except DocumentRefusedError as error:
            return SourceFile(
                path, sha256, (), (Omission(path, error.reason, refused=True),)
            )
        return SourceFile(
            path,
            sha256,
            tuple(self._keep(each) for each in found if isinstance(each, Document)),
            tuple(
                Omission(each.path, each.reason, each.refused)
                for each in found
                if isinstance(each, Skipped)
            ),
        )

    def _keep(self, document: Document) -> SourceDocument:
        info = document.info
        digest = digest_document(document)
        old = self.stored.get(info.id)
        if old and old.digest == digest:
            return old
        passages = split(document, self.config.chunking)
        self.spool.add(store_document(document, digest, passages), digest)
        return SourceDocument(info.id, digest, info.collection, len(passages))
