"""Examines an index: is it fresh, whole, and would it be made the same again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np

from bot.checks import Check
from bot.config import Config
from bot.errors import DocumentRefusedError
from bot.indexing.near_duplicates import near_duplicates
from bot.ingest.files import CorpusFile, list_files, read_file
from bot.lexical.bm25 import LuceneBM25
from bot.storage import store_of
from bot.stores.protocol import StoredIndex
from bot.text.terms import index_text, tokenize

_SAMPLE = 20  # passages that are encoded and scored again in a deep examination
_TOLERANCE = 1e-5  # between a stored vector or score and the one made again
_COMPARED = 2_000  # documents that are compared with each other if it is not deep
_PAIRS = 10  # near duplicates that are named
_NAMED = 3  # of many files, so many are named


def check_index(config: Config, *, deep: bool) -> Iterator[Check]:
    """Examine the index that is configured.

    Args:
        config: names the index and its corpus.
        deep: read every byte of it, and make a sample of it again.

    Raises:
        BotError: it cannot be opened.
    """
    reader = store_of(config).open()
    try:
        counts = f"{len(reader.documents())} documents in {reader.size()} passages"
        yield Check("index", "ok", f"generation {reader.generation}: {counts}")
        if not indexed_elsewhere(config):
            yield _fresh(config, reader)
        yield from _left_out(reader)
        yield from _alike(reader, deep=deep)
        if deep:
            yield from _bytes(config, reader)
            yield from _again(reader)
    finally:
        reader.close()


def indexed_elsewhere(config: Config) -> bool:
    """Tell whether the index is on a server and the documents on another machine."""
    return bool(config.store.url) and not config.corpus_path.exists()


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
