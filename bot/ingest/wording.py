"""What a single line looks like: a sentence, a title, a byline, a list item."""
# ruff: noqa: RUF001 - sentences of many scripts end in signs that look alike

from __future__ import annotations

import re

from bot.ingest.phrases import furniture

LONGEST_TITLE = 300  # characters
_MOST_WORDS = 25  # of a title; headings below it have fewer
_MOST_WORDS_OF_HEADING = 12
_TAIL = 40  # characters; no sentence end has more quotes and brackets after it
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’»)\]*_`」』）]*$")
_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"://|@|\bwww\.")
_KEY_AND_VALUE = re.compile(r"[^:]{1,40}:\s+\S")
_MOST_WORDS_OF_KEY_AND_VALUE = 6  # "Founded: 2021" is a fact, no title
_MONTH = r"[^\W\d_]{3,10}\.?"
_DAY = r"\d{1,2}(?:st|nd|rd|th|\.)?"
_YEAR = r"(?:19|20)\d\d"
_BYLINE = re.compile(
    r"(?:(?:last )?(?:posted|published|updated|modified|written)|by|von|par)\b.{0,80}"
    rf"|(?:\w{{3,10}},? )?(?:{_MONTH} {_DAY}|{_DAY} {_MONTH}),? {_YEAR}\b.{{0,30}}"
    rf"|(?:\d{{1,2}}[./-]\d{{1,2}}[./-](?:{_YEAR}|\d\d)|{_YEAR}-\d\d-\d\d)\b.{{0,30}}"
    r"|\d{1,3} min(?:ute)?s?(?: read)?",
    re.IGNORECASE,
)


def ends_sentence(text: str) -> bool:
    """Say whether a text ends as a sentence does.

    >>> ends_sentence('He said "Go."'), ends_sentence("Leave a Reply")
    (True, False)
    """
    return bool(_SENTENCE_END.search(text[-_TAIL:].rstrip()))


def is_byline(line: str) -> bool:
    """Say whether a line names the author or the date of the page, and no more.

    >>> is_byline("By Jane Doe"), is_byline("June 27, 2023"), is_byline("In 2023")
    (True, True, False)
    """
    return len(line) <= LONGEST_TITLE and bool(_BYLINE.fullmatch(line.strip("*_ \t")))


def is_title(line: str) -> bool:
    """Say whether a line may be the title of a text.

    >>> is_title("Japan's ambitions: a consortium leads the way"), is_title("It leads.")
    (True, False)
    >>> is_title("Founded: 2021")
    False
    """
    words = len(line[: LONGEST_TITLE + 1].split())
    return (
        len(line) <= LONGEST_TITLE
        and 0 < words <= _MOST_WORDS
        and "\t" not in line
        and bool(_LETTER.search(line))
        and not line[0].islower()
        and line[-1] not in ",;:"
        and not ends_sentence(line)
        and not _ADDRESS.search(line)
        and not is_byline(line)
        and not (words <= _MOST_WORDS_OF_KEY_AND_VALUE and _KEY_AND_VALUE.match(line))
        and furniture(line) is None
    )


def is_heading(line: str) -> bool:
    """Say whether a line may be a heading inside a text: a title of fewer words.

    >>> is_heading("The cause"), is_heading("The cause is that copper grows")
    (True, True)
    """
    few = len(line[: LONGEST_TITLE + 1].split()) <= _MOST_WORDS_OF_HEADING
    return few and is_title(line) and not _KEY_AND_VALUE.match(line)
