"""Examines installation, model, configuration, corpus and index, part by part."""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from bot.app import configure
from bot.checks import Check
from bot.config import Config
from bot.errors import BotError, DocumentRefusedError, IndexMissingError
from bot.indexing.near_duplicates import near_duplicates
from bot.ingest.files import CorpusFile, list_files, read_file
from bot.lexical.bm25 import LuceneBM25
from bot.storage import store_of
from bot.stores.protocol import StoredIndex
from bot.text.terms import index_text, tokenize

_OLDEST_PYTHON = (3, 11)
_PACKAGES = (
    "rank-bm25",
    "sentence-transformers",
    "slack-bolt",
    "typer",
    "onnxruntime",
    "tokenizers",
    "torch",
)
_SAMPLE = 20  # passages that --deep encodes and scores again
_TOLERANCE = 1e-5  # between a stored vector or score and the one made again
_COMPARED = 2_000  # documents that are compared with each other without --deep
_PAIRS = 10  # near duplicates that are named
_NAMED = 3  # of many files, so many are named


def examine(
    corpus: Path | None,
    index: Path | None,
    config: Path | None,
    *,
    deep: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> list[Check]:
    """Examine everything; a part that fails does not keep the others from it.

    Args:
        corpus: folder of documents, or None for what the configuration says.
        index: folder of the index, the same.
        config: settings file, or None for bot.toml.
        deep: read every byte of the index, and make a sample of it again.
        environment: where Slack's tokens would be.
    """
    found = [*_installation()]
    try:
        settings = configure(corpus, index, config)
    except BotError as error:
        remedy = "correct the file; the README describes every section"
        return [*found, Check("configuration", "failed", str(error), remedy)]
    found.append(Check("configuration", "ok", "every key and value is known"))
    parts: tuple[tuple[str, Callable[[], Iterator[Check]]], ...] = (
        ("embedding model", lambda: _encoder(settings)),
        ("evidence model", lambda: _evidence(settings)),
        ("reranker", lambda: _reranker(settings)),
        ("corpus", lambda: _corpus(settings)),
        ("parser", lambda: _parser(settings)),
        ("index", lambda: _index(settings, deep=deep)),
        ("store", lambda: _store(settings, environment)),
        ("slack", lambda: _slack(settings, environment)),
    )
    for name, part in parts:
        try:
            found += part()
        except BotError as error:
            found.append(Check(name, "failed", str(error), _remedy(error)))
    return found


def _remedy(error: BotError) -> str:
    return "bot index" if isinstance(error, IndexMissingError) else ""


def _installation() -> Iterator[Check]:
    running = platform.python_version()
    if sys.version_info < _OLDEST_PYTHON:
        remedy = "install Python 3.11 or newer"
        yield Check("python", "failed", running, remedy)
    else:
        yield Check("python", "ok", running)
    versions, missing = [], []
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        detail = f"missing: {', '.join(missing)}"
        yield Check("packages", "failed", detail, "pip install .")
    else:
        yield Check("packages", "ok", ", ".join(versions))


def _encoder(config: Config) -> Iterator[Check]:
    from bot.encoders.source import encoder_identity  # noqa: PLC0415 - reads 90 MB

    identity = encoder_identity(config.encoder_model)
    name = config.encoder.model or "all-MiniLM-L6-v2"
    yield Check("embedding model", "ok", f"{name}, {identity[:12]}")


def _evidence(config: Config) -> Iterator[Check]:
    from bot.evidence.cross_encoder import open_cross_encoder  # noqa: PLC0415 - reads 34 MB

    if not config.evidence.cross_encoder:
        detail = "switched off: quicker, and errs or refuses more often"
        yield Check(
            "evidence model", "warning", detail, "evidence.cross_encoder = true"
        )
        return
    open_cross_encoder()
    yield Check("evidence model", "ok", "ms-marco-MiniLM-L-12-v2, checksum verified")


def _reranker(config: Config) -> Iterator[Check]:
    folder = config.reranker_path
    if folder is None:
        yield Check("reranker", "ok", "off: passages keep the order of the search")
        return
    from bot.cross_encoders.checkup import check_model  # noqa: PLC0415 - reads it

    yield check_model(folder, config.models_path)


def _corpus(config: Config) -> Iterator[Check]:
    if _elsewhere(config):
        detail = f"no folder {config.corpus_path}: this machine can ask, but not index"
        yield Check("corpus", "warning", detail, "leave it so, or `path` of [corpus]")
        return
    files = list_files(config.corpus_path)
    refused = [each for each in files if each.reason]
    detail = f"{len(files) - len(refused)} files in {config.corpus_path}"
    if refused:
        named = ", ".join(f"{each.path} ({each.reason})" for each in refused[:_NAMED])
        yield Check("corpus", "warning", f"{detail}; {len(refused)} not read: {named}")
    else:
        yield Check("corpus", "ok", detail)


def _elsewhere(config: Config) -> bool:
    """Tell whether the index is on a server and the documents on another machine."""
    return bool(config.store.url) and not config.corpus_path.exists()


def _parser(config: Config) -> Iterator[Check]:
    from bot.ingest.isolation import unlimited  # noqa: PLC0415 - starts a process

    lacking = unlimited(config.corpus)
    detail = "files that can do harm are parsed by a process with limits"
    if lacking:
        detail += f", but this system cannot limit its {', '.join(lacking)}"
        remedy = "index files from strangers on Linux"
        yield Check("parser", "warning", detail, remedy)
    else:
        yield Check("parser", "ok", detail)


def _index(config: Config, *, deep: bool) -> Iterator[Check]:
    reader = store_of(config).open()
    try:
        counts = f"{len(reader.documents())} documents in {reader.size()} passages"
        yield Check("index", "ok", f"generation {reader.generation}: {counts}")
        if not _elsewhere(config):
            yield _fresh(config, reader)
        yield from _left_out(reader)
        yield from _alike(reader, deep=deep)
        if deep:
            yield from _bytes(config, reader)
            yield from _again(reader)
    finally:
        reader.close()


def _fresh(config: Config, reader: StoredIndex) -> Check:
    """Compare the corpus with what was indexed, file by file."""
    indexed = {each.path: each.sha256 for each in reader.sources()}
    present = {each.path: _hash(config, each.path) for each in _readable(config)}
    changed = sorted(
        path
        for path in indexed.keys() | present.keys()
        if indexed.get(path) != present.get(path)
    )
    if not changed:
        return Check("index is fresh", "ok", "no file has changed since it was built")
    named = ", ".join(changed[:_NAMED]) + (", ..." if len(changed) > _NAMED else "")
    detail = f"{len(changed)} files were added, changed or removed since: {named}"
    return Check("index is fresh", "warning", detail, "bot index")


def _readable(config: Config) -> Iterator[CorpusFile]:
    return (each for each in list_files(config.corpus_path) if not each.reason)


def _hash(config: Config, path: str) -> str | None:
    try:
        data = read_file(config.corpus_path, path, config.corpus)
    except DocumentRefusedError:
        return None
    return hashlib.sha256(data).hexdigest()


def _left_out(reader: StoredIndex) -> Iterator[Check]:
    omitted = [each for file in reader.sources() for each in file.omissions]
    for each in omitted:
        if each.refused:
            yield Check("refused document", "warning", f"{each.path}: {each.reason}")


def _alike(reader: StoredIndex, *, deep: bool) -> Iterator[Check]:
    """Name documents that are held more than once, as they are or nearly so."""
    documents = reader.documents()
    for each in documents:
        if each.copies:
            detail = f"{each.path} is also at {', '.join(each.copies)}"
            yield Check("copies", "ok", f"{detail}; indexed once")
    if len(documents) > _COMPARED and not deep:
        detail = f"not looked for among {len(documents):,} documents"
        yield Check("near duplicates", "ok", detail, "bot doctor --deep")
        return
    pairs = near_duplicates((each.id, reader.text(each.id)) for each in documents)
    for pair in pairs[:_PAIRS]:
        detail = f"{pair.first} and {pair.second} share {pair.similarity:.0%} of their"
        remedy = "remove the one that is out of date, or mark it `index: false`"
        yield Check("near duplicates", "warning", f"{detail} text", remedy)
    if len(pairs) > _PAIRS:
        detail = f"{len(pairs) - _PAIRS:,} more pairs"
        yield Check("near duplicates", "warning", detail, "mend the first ones")
    if not pairs:
        yield Check("near duplicates", "ok", "no two documents are nearly the same")


def _bytes(config: Config, reader: StoredIndex) -> Iterator[Check]:
    """Read every generation that is kept, and see that its parts fit together."""
    problems = store_of(config).verify()
    for each in problems:
        yield Check("index bytes", "failed", each, "bot index --rebuild")
    if not problems:
        size = f"{reader.stored_bytes:,} bytes match their checksums"
        yield Check("index bytes", "ok", f"{size}, former generations as well")


def _again(reader: StoredIndex) -> Iterator[Check]:
    """Make a sample of vectors and scores again, and compare."""
    ids = [chunk for chunk, _ in _sample(reader)]
    chunks = reader.chunks(ids)
    vectors = reader.encoder.encode([index_text(each) for each in chunks])
    worst = max(
        (
            abs(1 - reader.cosines(vector, [id_])[0])
            for id_, vector in zip(ids, vectors, strict=True)
        ),
        default=0.0,
    )
    yield _compared("vectors", worst, len(ids))
    model = LuceneBM25([tokenize(index_text(each)) for each in chunks])
    terms = tokenize(index_text(chunks[0]))[:_SAMPLE] if chunks else []
    ranked = np.argsort(-np.asarray(model.get_scores(terms)), kind="stable")
    first = ids[int(ranked[0])] if ids else ""
    found = reader.lexical_scores(terms, ids)
    agrees = not ids or max(range(len(ids)), key=lambda each: found[each]) == ids.index(
        first
    )
    yield _compared("BM25", 0.0 if agrees else 1.0, len(ids))


def _sample(reader: StoredIndex) -> list[tuple[str, float]]:
    """Take passages spread over the index, the same ones each time."""
    size = reader.dimensions
    vector = np.full(size, size**-0.5, dtype=np.float32)
    every = reader.search_dense(vector, reader.size())
    step = max(1, len(every) // _SAMPLE)
    return every[::step][:_SAMPLE]


def _compared(what: str, difference: float, count: int) -> Check:
    if difference <= _TOLERANCE:
        return Check(what, "ok", f"{count} passages give the same again")
    detail = f"differ by up to {difference:.2g} when made again"
    return Check(what, "failed", detail, "bot index --rebuild")


def _store(config: Config, environment: Mapping[str, str]) -> Iterator[Check]:
    if not config.store.url:
        yield Check("store", "ok", f"files; the state is {config.state_path}")
        return
    from bot.redis_checkup import check_redis  # noqa: PLC0415 - only with a server
    from bot.stores.redis.checkup import check_generations  # noqa: PLC0415 - the same

    found = check_redis(config.store, environment)
    yield from found
    needed = {"store", "store query engine", "store cluster"}
    if not any(each.status == "failed" for each in found if each.name in needed):
        yield from check_generations(config)


def _slack(config: Config, environment: Mapping[str, str]) -> Iterator[Check]:
    if not any(name.startswith("SLACK_") for name in environment):
        detail = "not set up here: no SLACK_ variable in the environment"
        yield Check("slack", "ok", detail)
        return
    from bot.channels.slack.checkup import check_slack  # noqa: PLC0415 - slow import

    yield from check_slack(config.slack, environment)
