"""Documents become passages of a size that an encoder reads whole, and sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from bot.config import ChunkingConfig
from bot.records import Block, BlockKind, Chunk, Document, Sentence, Span
from bot.text.sentences import split_sentences

CHUNKER = "1"  # raise it when the same document is cut otherwise than before

_LONGEST_LEAD = 1_000  # characters
_LONG_TOKEN = 20  # characters; an encoder reads a longer word as several
# Characters of scripts without spaces, each of which an encoder reads as one word.
_IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
# What may lie between two blocks of one chunk besides signs: numbers of list items,
# tags, fences. Words there were left out on purpose and must not come back.
_MARKUP = re.compile(
    r"</?[a-zA-Z][^<>]{0,2000}>|^[ \t>]*(?:`{3,}|~{3,}).{0,200}", re.MULTILINE
)
_LINE = re.compile(r"\S(?:[^\r\n]*\S)?")
_TOKEN = re.compile(r"\S+")
_WORDS = re.compile(r"[^\W\d_]{2,}")


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence before it has a chunk."""

    start: int
    end: int
    words: int
    kind: BlockKind
    lead: Span | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """Sentences of one block that stay together."""

    block: Block
    units: tuple[_Unit, ...]
    words: int


def split(
    document: Document, config: ChunkingConfig
) -> list[tuple[Chunk, list[Sentence]]]:
    """Cut a document into chunks, each with its sentences, in order of position.

    Blocks are packed until ``config.max_words`` is reached; a longer block is cut
    at sentence ends, a longer sentence between words. A chunk lies in one section,
    overlaps no other, and contains nothing that was left out of the blocks. Every
    sentence of every block lies in exactly one chunk. A chunk that has fewer than
    ``config.min_words`` joins the one before it in its section.
    """
    text = document.text
    leads = {
        (lead, kind): _lead(text, lead, kind)  # once for the many items of a list
        for lead, kind in {(block.lead, block.kind) for block in document.blocks}
    }
    chunks: list[tuple[Chunk, list[Sentence]]] = []
    for section, blocks in groupby(document.blocks, key=lambda block: block.section):
        path = document.sections[section].path
        pieces = [
            piece
            for block in blocks
            for piece in _pieces(text, block, leads[block.lead, block.kind], config)
        ]
        for group in _pack(text, pieces, config):
            identity = f"{document.info.id}#{len(chunks) + 1}"
            before = chunks[-1][0].end if chunks else 0
            start = _start(group, before)
            end = group[-1].units[-1].end
            chunk = Chunk(
                id=identity,
                document=document.info.id,
                title=document.info.title,
                section=path,
                text=text[start:end],
                start=start,
                end=end,
            )
            chunks.append((chunk, _sentences(text, identity, group)))
    return chunks


def count_words(text: str) -> int:
    """Return the number of words, near enough to how much an encoder reads.

    >>> count_words("thermal interface material"), count_words("東京")
    (3, 2)
    """
    ideographs = len(_IDEOGRAPH.findall(text))
    rest = _IDEOGRAPH.sub(" ", text) if ideographs else text
    return ideographs + sum(1 + len(each) // _LONG_TOKEN for each in rest.split())


def _pieces(
    text: str, block: Block, lead: Span | None, config: ChunkingConfig
) -> Iterator[_Piece]:
    """Cut a block into pieces of at most ``max_words``."""
    units = [
        _Unit(start, end, count_words(text[start:end]), block.kind, lead)
        for span in _sentence_spans(text, block, config.max_words)
        for start, end in _bounded(text, span, config.max_words)
    ]
    group: list[_Unit] = []
    words = 0
    for unit in units:
        if group and words + unit.words > config.max_words:
            yield _Piece(block, tuple(group), words)
            group, words = [], 0
        group.append(unit)
        words += unit.words
    yield _Piece(block, tuple(group), words)


def _lead(text: str, lead: Span | None, kind: BlockKind) -> Span | None:
    """A table row keeps its whole header, a list item the last sentence before it.

    One that is too long to be shown with each of its items is no help.
    """
    if lead is not None and kind != "row":
        lead = split_sentences(text, *lead)[-1]
    return lead if lead is not None and lead[1] - lead[0] <= _LONGEST_LEAD else None


def _sentence_spans(text: str, block: Block, most: int) -> list[Span]:
    """A table row is quoted whole, and so is code, or line by line if it is long."""
    whole = (block.start, block.end)
    if block.kind == "row":
        return [whole]
    if block.kind in {"prose", "item"}:
        return split_sentences(text, *whole)
    if count_words(text[slice(*whole)]) <= most:
        return [whole]
    return [each.span() for each in _LINE.finditer(text, *whole)]


def _bounded(text: str, span: Span, most: int) -> Iterator[Span]:
    """Cut what is too long for one sentence, between words or, last, anywhere."""
    start, end = span
    if count_words(text[start:end]) <= most:
        yield span
        return
    begin = stop = start
    words = 0
    for first, last in _tokens(text, start, end):
        size = count_words(text[first:last])
        if words and words + size > most:
            yield begin, stop
            begin, words = first, 0
        stop = last
        words += size
    yield begin, stop


def _tokens(text: str, start: int, end: int) -> Iterator[Span]:
    for match in _TOKEN.finditer(text, start, end):
        for first in range(match.start(), match.end(), _LONG_TOKEN):
            yield first, min(first + _LONG_TOKEN, match.end())


def _pack(
    text: str, pieces: Sequence[_Piece], config: ChunkingConfig
) -> Iterator[list[_Piece]]:
    """Join pieces of one section to groups, each of which becomes a chunk."""
    run = list(pieces[:1])
    for before, piece in pairwise(pieces):
        if not _continues(text, before, piece):
            yield from _pack_run(run, config)
            run = []
        run.append(piece)
    yield from _pack_run(run, config)


def _continues(text: str, before: _Piece, piece: _Piece) -> bool:
    """Say whether nothing was left out between two pieces."""
    start, end = before.units[-1].end, piece.units[0].start
    lead = piece.block.lead
    if lead is not None and start <= lead[0] and lead[1] <= end:
        return not _words_left_out(text, start, lead[0]) and not _words_left_out(
            text, lead[1], end
        )
    return not _words_left_out(text, start, end)


def _words_left_out(text: str, start: int, end: int) -> bool:
    return bool(_WORDS.search(_MARKUP.sub("", text[start:end])))


def _pack_run(run: Sequence[_Piece], config: ChunkingConfig) -> Iterator[list[_Piece]]:
    groups: list[list[_Piece]] = []
    words = 0
    for piece in run:
        if not groups or words + piece.words > config.max_words:
            moved = _lead_in(groups[-1], piece) if groups else []
            groups.append([*moved, piece])
            words = sum(each.words for each in groups[-1])
        else:
            groups[-1].append(piece)
            words += piece.words
    if len(groups) > 1 and sum(each.words for each in groups[-1]) < config.min_words:
        last = groups.pop()
        groups[-1].extend(last)
    yield from groups


def _lead_in(group: list[_Piece], piece: _Piece) -> list[_Piece]:
    """Take the lead-in of a list off the end of a group, to stand before its items."""
    last = group[-1]
    is_lead = piece.block.lead == (last.block.start, last.block.end)
    return [group.pop()] if is_lead and len(group) > 1 else []


def _start(group: Sequence[_Piece], before: int) -> int:
    """Return where a chunk begins: its first block, or the header of a table.

    Only the first rows of a table are read with it: there, nothing else stands
    between the chunk before and the header.
    """
    first = group[0].block
    is_first_row = first.kind == "row" and first.lead and first.lead[0] >= before
    return first.lead[0] if is_first_row and first.lead else group[0].units[0].start


def _sentences(text: str, chunk: str, group: Sequence[_Piece]) -> list[Sentence]:
    return [
        Sentence(
            chunk=chunk,
            text=text[unit.start : unit.end],
            start=unit.start,
            end=unit.end,
            kind=unit.kind,
            lead=unit.lead,
            lead_text=text[slice(*unit.lead)] if unit.lead else "",
        )
        for piece in group
        for unit in piece.units
    ]
