"""One build inside Redis: read what changed, share the encoding, write it, switch."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot import fsio
from bot.config import Config
from bot.errors import IndexBusyError, IndexDamagedError, IndexMissingError
from bot.indexing.findings import Findings, look
from bot.indexing.redis.contents import keep_vectors
from bot.indexing.redis.encoder import SharedEncoder
from bot.indexing.redis.generation import write_generation
from bot.indexing.redis.plan import Present, plan
from bot.indexing.redis.sharing import Effort, Sharing
from bot.indexing.report import IndexReport, Listener, Progress
from bot.indexing.scan import Spool
from bot.redis_link import Link
from bot.stores.compatibility import fingerprint
from bot.stores.encoders import EncoderFactory
from bot.stores.redis.cleaning import has_more, remove_old, remove_unfinished
from bot.stores.redis.generations import Generations
from bot.stores.redis.homes import read_homes
from bot.stores.redis.locks import Claims, build_lock
from bot.stores.redis.manifest import RedisManifest
from bot.stores.redis.names import Names
from bot.stores.redis.objects import RedisObjects
from bot.stores.redis.vectors import SharedVectors
from bot.stores.sources import read_sources


@dataclass(frozen=True, slots=True)
class RedisBuild:
    """Brings an index up to date with the corpus, beside others that do the same.

    Encoding needs no lock: whoever runs claims documents. Then one process takes the
    lock, writes and switches; the others find the index up to date and are done.
    """

    config: Config
    link: Link
    names: Names
    factory: EncoderFactory
    listener: Listener
    patience: float  # seconds to wait for another process that writes

    def run(self, *, rebuild: bool = False) -> IndexReport:
        """Do it.

        Args:
            rebuild: use nothing of the present index, whatever its state.

        Raises:
            InputError: the corpus folder is missing or cannot be read.
            EngineError: the server cannot be reached, has no room, or no Query Engine.
            IndexBusyError: another process is still writing.
            IndexDamagedError: the present index is damaged; `rebuild` replaces it.
            IndexIncompatibleError: it has another format; the same.
            EncoderError: the model cannot be found or converted.
        """
        effort = Effort()
        while True:
            seen = self.current()
            with (
                tempfile.TemporaryDirectory(prefix="bot-index-") as folder,
                fsio.open_scratch(Path(folder)) as log,
            ):
                try:
                    present = None if rebuild or seen is None else self._present(seen)
                    report = _Round(self, seen, present, Spool(log), effort).run()
                except IndexDamagedError:
                    if self.current() == seen:
                        raise
                    report = None  # it was replaced, and removed under our hands
            if report:
                return report
            # Another process has switched in the meantime, from the same files as
            # like as not: what it wrote is the present index now.
            rebuild = False

    def current(self) -> int | None:
        """Return the number of the present generation; None without one."""
        try:
            return Generations(self.link, self.names).current()
        except IndexMissingError:
            return None

    def _present(self, number: int) -> Present:
        generation = Generations(self.link, self.names).open(number)
        manifest = generation.manifest
        files = read_sources(RedisObjects(self.link, self.names), manifest.sources)
        homes = read_homes(self.link, self.names, manifest)
        return Present(generation, {each.path: each for each in files}, homes)


@dataclass(frozen=True, slots=True)
class _Round:
    """One attempt, from the index as it was when the attempt began."""

    build: RedisBuild
    seen: int | None  # the generation that was current
    present: Present | None  # None where there is none, or nothing of it is to be used
    spool: Spool
    effort: Effort

    def run(self) -> IndexReport | None:
        """Build; None when another process has switched in the meantime."""
        build, present = self.build, self.present
        manifest = present.manifest if present else None
        findings = look(
            build.config,
            present.files if present else {},
            manifest.settings if manifest else None,
            self.spool,
            build.listener,
        )
        encoder = SharedEncoder(
            build.link,
            build.names,
            build.factory,
            build.config.encoder_model,
            manifest.encoder if manifest else None,
            lambda text: build.listener(Progress("waiting", note=text)),
        )
        if (
            manifest
            and findings.unchanged
            and manifest.settings == findings.settings
            and encoder.entry == manifest.encoder
        ):
            return self._report(findings, manifest, warnings=self._tidy())
        return self._write(findings, encoder)

    def _write(self, findings: Findings, encoder: SharedEncoder) -> IndexReport | None:
        """Encode with the others, then write and switch."""
        build, entry = self.build, encoder.entry
        link, names = build.link, build.names
        planned = plan(
            link, names, self.present, findings=findings, entry=entry, spool=self.spool
        )
        vectors = SharedVectors(link, names, entry.name, entry.dimensions)
        for segment, documents in planned.changing.items():
            keep_vectors(link, names, segment, documents, vectors)
        claims = Claims(link, names)
        sharing = Sharing(
            claims, vectors, lambda: encoder.opened, build.listener, self.effort
        )
        if not sharing.encode(planned.contents.work(), self._is_overtaken):
            return None
        with build_lock(link, names, build.patience, self._waiting) as lock:
            if self._is_overtaken():
                return None
            remove_unfinished(lock, names, self.seen)
            parent = Generations(link, names).sum_of(self.seen)
            manifest, written = write_generation(
                lock,
                planned,
                findings,
                sharing,
                present=self.present,
                parent=parent,
                encoder=entry,
            )
            warnings = remove_old(lock, names, build.config.index.keep)
            with suppress(IndexBusyError):  # who has the lock now removes them
                vectors.remove_all(lock)
        return self._report(
            findings,
            manifest,
            written=written,
            warnings=warnings,
        )

    def _report(
        self,
        findings: Findings,
        manifest: RedisManifest,
        *,
        written: int = 0,
        warnings: list[str],
    ) -> IndexReport:
        return findings.report(
            collections=sum(each.documents > 0 for each in manifest.collections),
            encoded=self.effort.encoded,
            written=written,
            generation=manifest.generation,
            fingerprint=fingerprint(manifest.root, self.build.config.retrieval),
            new=manifest.generation != self.seen,
            warnings=tuple(warnings),
        )

    def _tidy(self) -> list[str]:
        """Remove what is kept no longer of an index that is up to date."""
        link, names = self.build.link, self.build.names
        keep = self.build.config.index.keep
        if not has_more(link, names, keep):
            return []
        try:
            with build_lock(link, names, 0, self._waiting) as lock:
                return remove_old(lock, names, keep)
        except IndexBusyError:
            return []  # whoever has the lock removes it

    def _is_overtaken(self) -> bool:
        return self.build.current() != self.seen

    def _waiting(self, text: str) -> None:
        self.build.listener(Progress("waiting", note=text))
