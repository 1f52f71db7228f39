"""Keeps a converted model in one file, written whole or not at all."""

from __future__ import annotations

import hashlib
import io
import secrets
import zipfile
from collections.abc import Mapping
from pathlib import Path

from bot import fsio

_CHECKSUM = 32  # bytes of a SHA-256, the last of the file


def read_kept(path: Path) -> dict[str, bytes] | None:
    """Return the files of a conversion; None when there is none, or it is damaged."""
    try:
        data = fsio.read(path)
    except OSError:
        return None
    packed, checksum = data[:-_CHECKSUM], data[-_CHECKSUM:]
    if hashlib.sha256(packed).digest() != checksum:
        return None
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {each: archive.read(each) for each in archive.namelist()}


def keep(path: Path, files: Mapping[str, bytes]) -> None:
    """Keep the files of a conversion; equal ones give equal bytes.

    Raises:
        IndexWriteError: the disk refuses.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), data)
    fsio.make_folder(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    data = packed.getvalue()
    fsio.write(draft, [data, hashlib.sha256(data).digest()])
    fsio.rename(draft, path)
    fsio.sync_folder(path.parent)
