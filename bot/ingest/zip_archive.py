"""ZIP archives: every member that can be read is a document of its own."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from dataclasses import dataclass

from bot.config import CorpusConfig
from bot.ingest.documents import Found, Skipped, UnusableError
from bot.ingest.members import read_member

LAYER = 2  # may hold messages and plain files
_MEBIBYTE = 1_048_576
_PIECE = 65_536  # bytes inflated at a time
_SMALL = _MEBIBYTE  # bytes; below it any ratio is harmless
_ENCRYPTED = 0x1  # of the flags of a member
_BROKEN = (  # what zipfile raises for archives that are not as they should be
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
    RuntimeError,
)


def read(path: str, data: bytes, limits: CorpusConfig) -> Found:
    """Read an archive; see `bot.ingest.formats.Read`.

    Sizes are counted while members are inflated: what an archive says of itself is
    not believed.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise UnusableError(f"is damaged ({error}); pack it again") from error
    with archive:
        # Not is_dir, which fails for a member without a name.
        members = [each for each in archive.infolist() if each.filename[-1:] != "/"]
        if len(members) > limits.max_members:
            raise UnusableError(
                f"has {len(members):,} files, more than corpus.max_members "
                f"({limits.max_members:,}) allows; split it or raise the limit"
            )
        inflating = _Inflating(archive, limits)
        found: Found = []
        seen: set[str] = set()
        for member in members:
            found += _read_one(path, member, inflating, seen, limits)
    if not found:
        raise UnusableError("holds no files; remove it")
    return found


def _read_one(
    path: str,
    member: zipfile.ZipInfo,
    inflating: _Inflating,
    seen: set[str],
    limits: CorpusConfig,
) -> Found:
    name = member.filename
    whole = f"{path}/{name if name.isprintable() else ascii(name)[1:-1]}"
    hidden = any(part.startswith(".") for part in name.split("/"))
    if hidden and not _escapes(name):
        return [Skipped(whole, "is hidden; take the dot from its name to index it")]
    wrong = _wrong(member) or ("has the name of another member" if name in seen else "")
    seen.add(name)
    if wrong:
        return [Skipped(whole, f"{wrong}; unpack it and pack it again", refused=True)]
    try:
        data = inflating.inflate(member)
    except UnusableError:  # of the whole archive
        raise
    except _BROKEN as error:
        reason = f"is damaged ({error}); pack it again"
        return [Skipped(whole, reason, refused=True)]
    if len(data) > limits.max_file_mib * _MEBIBYTE:
        reason = f"is larger than corpus.max_file_mib ({limits.max_file_mib}) allows"
        return [Skipped(whole, f"{reason}; split it", refused=True)]
    return read_member(path, name, data, limits, layer=LAYER)


def _wrong(member: zipfile.ZipInfo) -> str:
    """Return why a member is not read, "" where it is."""
    name = member.filename
    if not name.isprintable() or _escapes(name):
        return "has a name that leads out of the archive or is no printable text"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "is a link"
    if member.flag_bits & _ENCRYPTED:
        return "is protected by a password"
    return ""


def _escapes(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return "\\" in name or ":" in parts[0] or not {"", ".."}.isdisjoint(parts)


@dataclass(slots=True)
class _Inflating:
    """Inflates members, and counts what they come to."""

    archive: zipfile.ZipFile
    limits: CorpusConfig
    total: int = 0  # bytes

    def inflate(self, member: zipfile.ZipInfo) -> bytes:
        """Return the content of a member.

        Raises:
            UnusableError: the archive holds more than it may, and is no longer read.
        """
        pieces: list[bytes] = []
        size = 0
        with self.archive.open(member) as file:
            while piece := file.read(_PIECE):
                pieces.append(piece)
                size += len(piece)
                self.total += len(piece)
                self._check(member, size)
        return b"".join(pieces)

    def _check(self, member: zipfile.ZipInfo, size: int) -> None:
        limits = self.limits
        if self.total > limits.max_inflated_mib * _MEBIBYTE:
            raise UnusableError(
                "holds more than corpus.max_inflated_mib "
                f"({limits.max_inflated_mib}) allows; split it or raise the limit"
            )
        if size > _SMALL and size > limits.max_ratio * max(1, member.compress_size):
            raise UnusableError(
                f"has a member, {member.filename[:80]!a}, that is more than "
                f"corpus.max_ratio ({limits.max_ratio}) times as large as it is packed"
                "; unpack it or raise the limit"
            )
