"""One build: read what changed, encode what is new, write it, switch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from bot import fsio
from bot.config import Config
from bot.errors import ConfigError, IndexMissingError, IndexWriteError
from bot.indexing.assembly import (
    Assembly,
    Former,
    PlannedBucket,
    join_buckets,
    plan_buckets,
)
from bot.indexing.encoding import EncoderSource
from bot.indexing.findings import Findings, look
from bot.indexing.report import IndexReport, Listener, Progress
from bot.indexing.scan import Spool
from bot.ingest.files import list_files
from bot.stores.building import (
    building,
    commit,
    current_hash,
    next_generation,
    remove_old,
)
from bot.stores.compatibility import fingerprint
from bot.stores.encoders import EncoderFactory
from bot.stores.generations import IndexFolder, hold_current
from bot.stores.manifest import BucketRef, Manifest
from bot.stores.objects import ObjectWriter
from bot.stores.sources import SourceFile, pack_sources, read_sources
from bot.stores.vector_cache import open_cache

PATIENCE = 600.0  # seconds that a build waits for another one to end


def build_index(
    config: Config,
    *,
    rebuild: bool = False,
    progress: Listener | None = None,
    encoders: EncoderFactory | None = None,
    patience: float = PATIENCE,
) -> IndexReport:
    """Bring the index up to date with the corpus; readers see the old one or the new.

    A file whose content is that of the last build is only hashed, and a text that has
    a vector is not encoded again. What an interrupted build encoded is used.

    Args:
        config: names the corpus, the index, the encoder and how documents are cut.
        rebuild: use nothing of the present index, whatever its state.
        progress: told how far the build is.
        encoders: makes the encoder; the default one if not given.
        patience: seconds to wait for another build of the same index.

    Raises:
        InputError: the corpus folder is missing or cannot be read.
        ConfigError: the index folder lies inside the corpus.
        IndexBusyError: another process is building this index.
        IndexDamagedError: the present index is damaged; `rebuild` replaces it.
        IndexIncompatibleError: the present index has another format; the same.
        IndexWriteError: the disk refuses; the present index is unchanged.
        EncoderError: the model cannot be found or converted.
    """
    _check_folders(config)
    listener = progress or _ignore
    folder = IndexFolder(config.index_path)

    def notice(text: str) -> None:
        listener(Progress("waiting", note=text))

    with (
        building(folder, patience, notice) as writer,
        fsio.open_scratch(folder.workspace) as log,
    ):
        present = None if rebuild else _read_present(folder)
        factory = encoders or EncoderFactory()
        build = _Build(config, folder, writer, present, factory, Spool(log), listener)
        return build.run()


def _ignore(_: Progress) -> None:
    pass


def _check_folders(config: Config) -> None:
    corpus, index = config.corpus_path.resolve(), config.index_path.resolve()
    if index.is_relative_to(corpus):
        raise ConfigError(
            f"The index folder {index} lies inside the corpus {corpus}; choose another "
            "with --index, or as `path` of [index] in bot.toml."
        )
    if not corpus.is_dir():
        list_files(config.corpus_path)  # says so, before anything is made


@dataclass(frozen=True, slots=True)
class _Present:
    """The index as it is before the build."""

    manifest: Manifest
    files: dict[str, SourceFile]  # by path


def _read_present(folder: IndexFolder) -> _Present | None:
    try:
        held = hold_current(folder)
    except IndexMissingError:
        return None
    held.release()  # the build lock keeps it
    files = read_sources(folder.objects, held.manifest.sources)
    return _Present(held.manifest, {each.path: each for each in files})


@dataclass(frozen=True, slots=True)
class _Build:
    """One build, while it holds the lock."""

    config: Config
    folder: IndexFolder
    writer: ObjectWriter
    present: _Present | None
    factory: EncoderFactory
    spool: Spool
    listener: Listener

    def run(self) -> IndexReport:
        """Do it."""
        encoder = EncoderSource(
            self.factory, self.config.encoder_model, self.writer, self._manifest
        )
        findings = self._look(encoder)
        encoded = 0
        manifest = self._manifest
        if (
            manifest is None
            or not findings.unchanged
            or manifest.settings != findings.settings
            or encoder.entry != manifest.encoder
        ):
            manifest, encoded = self._write(findings, encoder)
        warnings = self._clean(manifest.generation)
        return findings.report(
            collections=len(manifest.collections),
            encoded=encoded,
            written=self.writer.written,
            generation=manifest.generation,
            fingerprint=fingerprint(manifest.root, self.config.retrieval),
            new=manifest is not self._manifest,
            warnings=tuple(warnings),
        )

    def _look(self, encoder: EncoderSource) -> Findings:
        """Read the corpus; a first build converts and opens the encoder meanwhile.

        Nothing is left running when this returns or fails.
        """
        present = self.present
        opening = None
        with ThreadPoolExecutor(1, "open-encoder") as background:
            if present is None:
                opening = background.submit(encoder.prepare)
            findings = look(
                self.config,
                present.files if present else {},
                present.manifest.settings if present else None,
                self.spool,
                self.listener,
            )
        if opening:
            opening.result()
        return findings

    @property
    def _manifest(self) -> Manifest | None:
        return self.present.manifest if self.present else None

    def _write(
        self, findings: Findings, encoder: EncoderSource
    ) -> tuple[Manifest, int]:
        """Write a new generation and make it the index."""
        entry, former = encoder.entry, None
        if old := self._manifest:
            former = Former(
                old, old.settings == findings.settings, old.encoder.name == entry.name
            )
        plan = plan_buckets(findings.chosen)
        buckets, encoded = self._write_buckets(plan, former, encoder)
        collections = join_buckets(self.writer, former, plan, buckets, findings.copies)
        manifest = Manifest(
            next_generation(self.folder),
            current_hash(self.folder),
            findings.settings,
            entry,
            collections,
            self.writer.put(pack_sources(findings.files.values())),
        )
        commit(self.folder, self.writer, manifest)
        return manifest, encoded

    def _write_buckets(
        self, plan: list[PlannedBucket], former: Former | None, encoder: EncoderSource
    ) -> tuple[list[BucketRef], int]:
        """Write what changed; return all buckets and the number of encoded texts."""
        entry = encoder.entry
        with open_cache(self.folder.cache, entry.name, entry.dimensions) as cache:
            assembly = Assembly(
                self.writer, former, self.spool, cache, encoder.load, self.listener
            )
            return assembly.write(plan), assembly.encoded

    def _clean(self, generation: int) -> list[str]:
        """Remove what the new generation has made needless."""
        warnings = remove_old(self.folder, generation, self.config.index.keep)
        try:
            fsio.remove(self.folder.cache)
        except IndexWriteError as error:
            warnings.append(str(error))
        return warnings
