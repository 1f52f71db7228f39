"""The vectors of a bucket, each with a key that names the text it stands for."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

from bot.dense import Floats
from bot.fsio import Block
from bot.stores.archive import Archive, ArchiveError, pack
from bot.stores.manifest import BucketRef
from bot.stores.objects import Objects, damaged

KEY = 32  # bytes


def text_key(text: str) -> bytes:
    """Name a text that is encoded: its SHA-256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def pack_vectors(keys: Sequence[bytes], vectors: Floats) -> list[Block]:
    """Return an archive of ``keys``, (n, 32) bytes, and ``vectors``, (n, d) float32."""
    table = np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY)
    return pack({"keys": table, "vectors": vectors})


def open_vectors(
    objects: Objects, bucket: BucketRef, data: bytes, dimensions: int
) -> tuple[list[bytes], Floats]:
    """Open the vectors of a bucket that were read.

    Returns:
        Keys, and (chunks, dimensions) vectors, aligned; in the order of documents by
        id and of chunks by position.

    Raises:
        IndexDamagedError: they are not what the manifest says.
    """
    try:
        archive = Archive(data)
        keys = archive.array("keys", "|u1", (bucket.chunks, KEY)).tobytes()
        vectors = archive.array("vectors", "<f4", (bucket.chunks, dimensions))
    except ArchiveError as error:
        file = objects.path(bucket.vectors)
        raise damaged(file, f"holds no vectors: {error}") from error
    return [keys[at : at + KEY] for at in range(0, len(keys), KEY)], vectors
