"""What a build finds in the corpus, and the report of what became of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.chunking import CHUNKER
from bot.config import Config
from bot.indexing.choice import (
    Chosen,
    Copies,
    choose,
    differences,
    find_copies,
    omissions,
    outcomes,
)
from bot.indexing.report import IndexReport, Listener
from bot.indexing.scan import Scan, Spool
from bot.ingest.formats import revisions
from bot.stores.manifest import Settings
from bot.stores.sources import SourceDocument, SourceFile
from bot.text.sentences import SPLITTER
from bot.text.terms import ANALYSIS


def settings_of(config: Config) -> dict[str, Any]:
    """Return the versions and parameters that shape what is stored of a document."""
    limits = dataclasses.asdict(config.corpus)
    del limits["path"]
    return {
        "analysis": ANALYSIS,
        "chunker": CHUNKER,
        "chunking": dataclasses.asdict(config.chunking),
        "ingest": revisions(),
        "limits": limits,
        "splitter": SPLITTER,
    }


@dataclass(frozen=True, slots=True)
class Findings:
    """The files of the corpus, compared with those that the last build saw."""

    settings: Settings
    before: Mapping[str, SourceFile]  # by path
    known: Mapping[str, SourceFile]  # those of them that were cut by the same rules
    stored: Mapping[str, SourceDocument]  # by id: what is stored of the known files
    files: Mapping[str, SourceFile]
    chosen: Chosen
    copies: Mapping[str, Copies]  # by collection
    read: int  # files
    parsed: int  # files

    @property
    def unchanged(self) -> bool:
        """Whether every file is as it was."""
        return self.known == self.files

    def report(self, **cost: Any) -> IndexReport:  # noqa: ANN401 - the report's own
        """Make the report; what the build wrote and encoded is handed over."""
        left_out = omissions(self.files, self.chosen)
        return IndexReport(
            **differences(self.before, self.chosen),
            outcomes=tuple(outcomes(self.before, self.files, self.copies)),
            refused=tuple(each for each in left_out if each.refused),
            skipped=tuple(each for each in left_out if not each.refused),
            documents=len(self.chosen),
            chunks=sum(document.chunks for _, document in self.chosen.values()),
            files=self.read,
            parsed=self.parsed,
            **cost,
        )


def look(
    config: Config,
    before: Mapping[str, SourceFile],
    former: Settings | None,
    spool: Spool,
    listener: Listener,
) -> Findings:
    """Read the corpus, as far as it has changed.

    Args:
        config: names the corpus and says how documents are cut.
        before: the files that the last build saw, by path.
        former: the settings of the last build; None when there was none.
        spool: gets the documents that are not stored yet.
        listener: told how far this is.

    Raises:
        InputError: the corpus folder is missing or cannot be read.
        IndexWriteError: the disk refuses to keep the documents meanwhile.
    """
    settings = settings_of(config)
    known = before if former == settings else {}
    stored = {id_: document for id_, (_, document) in choose(known.values()).items()}
    scan = Scan(config, known, stored, spool, listener)
    files = scan.files()
    return Findings(
        settings,
        before,
        known,
        stored,
        files,
        choose(files.values()),
        find_copies(files.values()),
        scan.read,
        scan.parsed,
    )
