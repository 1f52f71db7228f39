"""What keys, search indexes, terms and collections are called inside Redis."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PLAIN = re.compile(r"[a-z0-9]+")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
NO_COLLECTION = "none"  # a tag that no collection has: theirs start with "c"


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one index; ``root`` is also the alias of its current generation.

    What belongs to a generation starts with its number, so nothing is ever shared by
    accident. No name has braces, which Redis Cluster would read as a slot.
    """

    root: str  # such as "bot:index:handbook"

    def at(self, *parts: str | int) -> str:
        """Name a key that belongs to no generation."""
        return ":".join((self.root, *map(str, parts)))

    def encoder(self, name: str) -> str:
        """Name the key of an encoder that was exported and is in no generation yet."""
        return self.at("encoder", name)

    def generation(self, number: int) -> str:
        """Name the search index of a generation."""
        return self.at(number)

    def number(self, index: str) -> int | None:
        """Return the generation of a search index; None where it is another's."""
        root, _, number = index.rpartition(":")
        return int(number) if root == self.root and number.isdecimal() else None

    def chunks(self, segment: int) -> str:
        """Prefix of the keys of a segment's chunks."""
        return f"{self.at(segment, 'c')}:"

    def chunk(self, segment: int, chunk: str) -> bytes:
        """Name the key of a chunk."""
        return self.chunks(segment).encode() + encoded(chunk)

    def document(self, segment: int, document: str) -> bytes:
        """Name the key of a document."""
        return f"{self.at(segment, 'd')}:".encode() + encoded(document)

    def ids(self, segment: int, collection: str) -> str:
        """Name the sorted set of a collection's documents in a segment."""
        return self.at(segment, "ids", tag(collection))

    def counts(self, segment: int, collection: str) -> str:
        """Name the table of how many chunks of a segment's collection have a term."""
        return self.at(segment, "df", tag(collection))

    def minus(self, generation: int, segment: int, collection: str) -> str:
        """Name the table of how many of those a generation no longer has."""
        return self.at(generation, "minus", segment, tag(collection))

    def gone(self, generation: int, segment: int) -> str:
        """Name the set of a segment's documents that a generation no longer has."""
        return self.at(generation, "gone", segment)


def index_names(prefix: str, folder: str) -> Names:
    """Name an index after the folder where it would be without a server."""
    name = folder if _NAME.fullmatch(folder) else "x" + encoded(folder).hex()
    return Names(f"{prefix}:index:{name}")


def word(term: str) -> str:
    """Write a term so that the Query Engine takes it as one word and changes nothing.

    Terms are letters of any script, "2.5d" or "c++"; the engine would cut them at
    signs, fold case its own way, and read a number or an operator in some. Distinct
    terms have distinct words.

    >>> word("ship"), word("2.5d")
    ('tship', 'u322e3564')
    """
    return f"t{term}" if _PLAIN.fullmatch(term) else "u" + encoded(term).hex()


def tag(collection: str) -> str:
    """Write the name of a collection in letters and digits alone."""
    return "c" + encoded(collection).hex()


def encoded(text: str) -> bytes:
    """Return UTF-8, lone surrogates kept; its order is that of the texts."""
    return text.encode("utf-8", "surrogatepass")


def decoded(data: bytes) -> str:
    """Return the text of what `encoded` returned."""
    return data.decode("utf-8", "surrogatepass")
