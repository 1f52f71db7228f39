"""Files inside another file: each is read like one of its own, or named and left."""

from __future__ import annotations

from dataclasses import replace

from bot.config import CorpusConfig
from bot.ingest.decoding import UndecodableError
from bot.ingest.documents import (
    Found,
    Skipped,
    UnusableError,
    collection_of,
    parser_failed,
)
from bot.ingest.formats import Format, find_format
from bot.records import Document


def read_member(
    path: str, name: str, data: bytes, limits: CorpusConfig, *, layer: int
) -> Found:
    """Read a member of an archive or an attachment of a message.

    Whatever is wrong with it is reported, and costs nothing else of the file.

    Args:
        path: of the file that holds it, inside the corpus.
        name: of the member; its documents are called `path/name`.
        data: its content.
        limits: what it may cost.
        layer: of the format that holds it; see `Format.layer`.
    """
    whole = f"{path}/{name}"
    try:
        found = find_format(whole, data)
        _check_layer(found, layer)
        read = found.reader()(whole, data, limits)
    except (UnusableError, UndecodableError) as error:
        return [Skipped(whole, str(error), refused=True)]
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - a library's failure costs one member
        return [Skipped(whole, parser_failed(error), refused=True)]
    return [_at_home(each, path) for each in read]


def _check_layer(found: Format, layer: int) -> None:
    if found.layer >= layer:
        raise UnusableError(
            f"is {found.name} inside another file; put it into the corpus by itself"
        )


def _at_home(found: Document | Skipped, path: str) -> Document | Skipped:
    """Name the file that holds a document, whose id stays its own."""
    if isinstance(found, Skipped):
        return found
    info = replace(found.info, path=path, collection=collection_of(path))
    return replace(found, info=info)
