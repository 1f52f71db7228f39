"""Whether collections may have a term: quick to ask where most terms are absent.

Mending a misspelt word asks for some hundred spellings, nearly all of which occur
nowhere. This is a Bloom filter with one hash function (Bloom, "Space/time trade-offs in
hash coding with allowable errors", 1970): with 16 bits a term, one absent term in
sixteen is looked up in vain, and none that is there is missed.
"""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

_BITS = 16  # a term


class Membership:
    """The terms of some collections, for asking whether one may be among them."""

    def __init__(self, terms: Iterable[str], count: int) -> None:
        """Take terms in, of which there are about so many."""
        self._size = max(1, count) * _BITS
        self._bits = bytearray(self._size // 8 + 1)
        for term in terms:
            place = self._place(term)
            self._bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, term: str) -> bool:
        """Return False only if the term is certainly not among them."""
        place = self._place(term)
        return bool(self._bits[place >> 3] & 1 << (place & 7))

    def _place(self, term: str) -> int:
        return crc32(term.encode("utf-8", "surrogatepass")) % self._size
