"""One file's bytes become documents, in the format that its content shows."""

from __future__ import annotations

from bot.config import CorpusConfig
from bot.errors import DocumentRefusedError
from bot.ingest.decoding import UndecodableError
from bot.ingest.documents import Found, UnusableError
from bot.ingest.formats import find_format
from bot.ingest.isolation import read_apart


def read_documents(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read one file: one document for most formats, many for a collection.

    Formats whose files can harm a parser are read in a process of its own.

    Args:
        path: inside the corpus, with forward slashes.
        data: the whole content.
        limits: what one file may cost.

    Raises:
        DocumentRefusedError: nothing of the file can be used.
    """
    try:
        _check_file_size(data, limits)
        found = find_format(path, data)
        if found.hostile:
            return read_apart(path, data, limits)
        return found.reader()(path, data, limits)
    except (UnusableError, UndecodableError) as error:
        raise DocumentRefusedError(path, str(error)) from error


def _check_file_size(data: bytes, limits: CorpusConfig) -> None:
    if len(data) > limits.max_file_mib * 1_048_576:
        raise UnusableError(
            f"has {len(data):,} bytes, more than corpus.max_file_mib "
            f"({limits.max_file_mib}) allows; split it or raise the limit"
        )
