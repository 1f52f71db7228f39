"""Office files are archives of XML parts; they are unpacked within limits."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.config import CorpusConfig
from bot.ingest.documents import UnusableError

_PIECE = 65_536  # bytes inflated at a time
_MEBIBYTE = 1_048_576
_RATIO_FROM = _MEBIBYTE  # bytes; small entries of spaces shrink further
_TYPES = "[Content_Types].xml"
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
# The strict form of the standard names everything alike, but for the addresses.
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_USUAL = rb"http://schemas.openxmlformats.org/\1/2006/\2"
_ENCODING = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})")
_ENCODINGS = {b"utf-8", b"utf-16", b"us-ascii", b"ascii", b"iso-8859-1"}

Element = Any  # of lxml, which has no type information


@dataclass(frozen=True, slots=True)
class Package:
    """The XML parts of an Office file, by name, and the content type of each."""

    parts: Mapping[str, bytes]
    types: Mapping[str, str]

    def of_type(self, *endings: str) -> str | None:
        """Return the first part whose content type has one of the endings."""
        for name, kind in self.types.items():
            if kind.endswith(endings) and name in self.parts:
                return name
        return None

    def main(self, *endings: str) -> str:
        """Return the part that the others belong to, by its content type.

        Raises:
            UnusableError: there is none.
        """
        name = self.of_type(*endings)
        if name is None:
            raise UnusableError("has no main part; it is damaged, so save it anew")
        return name

    def tree(self, name: str) -> Element:
        """Return the root of a part.

        Raises:
            UnusableError: it is missing or not well-formed.
        """
        if name not in self.parts:
            raise UnusableError(f"has no part {name}; it is damaged, so save it anew")
        return _parsed(name, self.parts[name])

    def related(self, name: str) -> dict[str, str]:
        """Return the parts that a part refers to, by the id of the reference."""
        folder, file = posixpath.split(name)
        relations = posixpath.join(folder, "_rels", f"{file}.rels")
        if relations not in self.parts:
            return {}
        found = {}
        for each in self.tree(relations).iter(_RELATION):
            if each.get("TargetMode") != "External":
                target = posixpath.normpath(
                    posixpath.join("/", folder, each.get("Target", ""))
                )
                found[each.get("Id", "")] = target.lstrip("/")
        return found


def open_package(data: bytes, limits: CorpusConfig) -> Package:
    """Unpack an Office file.

    Raises:
        UnusableError: it is damaged, protected by a password, or beyond a limit;
            or one of its parts has a document type, which Office never writes.
    """
    parts = {
        name.lstrip("/"): _STRICT.sub(_USUAL, content)
        for name, content in _entries(data, limits)
        if name.lower().endswith((".xml", ".rels"))
    }
    for name, content in parts.items():
        _check_xml(name, content)
    if _TYPES not in parts:
        raise UnusableError(f"has no part {_TYPES}; it is damaged, so save it anew")
    types = {
        each.get("PartName", "").lstrip("/"): each.get("ContentType", "")
        for each in _parsed(_TYPES, parts[_TYPES])
        if each.get("PartName")
    }
    return Package(parts, types)


def _entries(data: bytes, limits: CorpusConfig) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of every entry, counting what is inflated."""
    left = limits.max_inflated_mib * _MEBIBYTE
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > limits.max_members:
                raise UnusableError(
                    f"has {len(entries):,} parts, more than corpus.max_members "
                    f"({limits.max_members:,}) allows; split it or raise the limit"
                )
            for entry in entries:
                content = _inflated(archive, entry, left, limits)
                left -= len(content)
                yield entry.filename, content
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        if isinstance(error, UnusableError):
            raise
        raise UnusableError(
            f"is a damaged archive ({one_line(error)}); save it anew"
        ) from error
    except (RuntimeError, NotImplementedError) as error:  # so zipfile says "encrypted"
        raise UnusableError(
            f"cannot be unpacked ({one_line(error)}); save it without a password"
        ) from error


def _inflated(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int, limits: CorpusConfig
) -> bytes:
    pieces: list[bytes] = []
    size = 0
    with archive.open(entry) as file:
        while piece := file.read(_PIECE):
            pieces.append(piece)
            size += len(piece)
            if size > most:
                raise UnusableError(
                    "unpacks to more than corpus.max_inflated_mib "
                    f"({limits.max_inflated_mib}) allows; split it or raise the limit"
                )
            if size > max(_RATIO_FROM, entry.compress_size * limits.max_ratio):
                raise UnusableError(
                    f"unpacks {_printable(entry.filename)} to more than "
                    f"{limits.max_ratio} times its size (corpus.max_ratio), as an "
                    "archive bomb does; save it anew or raise the limit"
                )
    return b"".join(pieces)


def _check_xml(name: str, data: bytes) -> None:
    """Refuse document types, whose entities can grow without bound or read files.

    Encodings in which the words would look otherwise are refused with them.
    """
    plain = data
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in data[:4]:
        plain = data.replace(b"\0", b"")  # of UTF-16; all that counts is ASCII
    declared = _ENCODING.search(plain[:300])
    if declared and declared[1].lower() not in _ENCODINGS:
        encoding = declared[1].decode("ascii", "replace")
        raise UnusableError(
            f"has a part in {encoding} ({_printable(name)}); save it anew as UTF-8"
        )
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise UnusableError(
            f"declares XML entities in {_printable(name)}, which no Office program "
            "does; save it anew"
        )


def _parsed(name: str, data: bytes) -> Element:
    from lxml import etree  # noqa: PLC0415 - 20 ms that only Office files need

    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,  # lxml then limits depth to 256 and a text to 10 MB
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnusableError(
            f"has a damaged part {_printable(name)} ({one_line(error)}); save it anew"
        ) from error


def one_line(error: BaseException) -> str:
    """Return what an error says, short and without characters that cannot be seen."""
    return _printable(str(error))[:100] or type(error).__name__


def _printable(text: str) -> str:
    return text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
