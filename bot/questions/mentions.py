"""Names and topics in a question, found by how they are written."""

from __future__ import annotations

from dataclasses import dataclass

from bot.text.terms import Word, words

# Words of asking and of being about nothing in particular, in any question.
_EMPTY = frozenset(
    """about actually again all also always any anybody anyone anything are be been
    being best called can come could describe detail details did do does doing done
    enough else ever exactly example examples explain find first gave get gets give
    given go goes going good got happen happened happens has have help how however
    instead kind kinds know last less let like list look lot main make makes many may
    maybe mean means meant mentioned might mine more most much must name need new next
    number often one ones only other others part please possible really reason right
    same say says see seem several should show so some someone something sort still
    such sure take tell than thank thanks that their then there thing things think
    think though time times true two type types use used uses using usually want wants
    way ways well what when where whether which who whom whose why will with work works
    would wrong yes you your""".split()
)
_JOINERS = frozenset({"of", "and", "the", "for", "&", "de", "in"})
_LONGEST_TOPIC = 8  # words


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text: always ``text[each.start : each.end] == each.text``."""

    text: str
    start: int
    end: int
    terms: tuple[str, ...]


def names_in(text: str) -> tuple[Mention, ...]:
    """Find names, in order: capitals after the first word, digits, inner capitals.

    The first word counts when its writing shows that it is a name ("ORC", "JOINT2",
    "McAfee") or when another name follows it directly.

    >>> [each.text for each in names_in("When did Shinko Electric join JOINT2?")]
    ['Shinko Electric', 'JOINT2']
    """
    found = words(text)
    runs: list[list[Word]] = []
    for place, word in enumerate(found):
        if not _looks_named(word, first=place == 0):
            continue
        if runs and _adjacent(text, runs[-1][-1], word):
            runs[-1].append(word)
        else:
            runs.append([word])
    return tuple(_mention(text, run) for run in runs)


def _looks_named(word: Word, *, first: bool) -> bool:
    text = word.text
    if not word.terms or text.casefold() in _EMPTY:
        return False
    letters = [each for each in text if each.isalpha()]
    if not letters:
        return False
    inner = any(each.isupper() for each in text[1:])
    digits = any(each.isdigit() for each in text) and len(letters) > 1
    return inner or digits or (text[0].isupper() and not first)


def _adjacent(text: str, left: Word, right: Word) -> bool:
    between = text[left.end : right.start]
    if between.strip() == "":
        return True
    return between.strip().casefold() in _JOINERS - {"and", "in", "for"}


def _mention(text: str, run: list[Word]) -> Mention:
    start, end = run[0].start, run[-1].end
    terms = tuple(term for word in run for term in word.terms)
    return Mention(text[start:end], start, end, terms)


def own_words(text: str) -> tuple[Word, ...]:
    """Return the words that carry content: no function words, no words of asking."""
    return tuple(
        word
        for word in words(text)
        if word.terms and word.text.casefold() not in _EMPTY
    )


def topic_of(text: str) -> str:
    """Return what a question is about: its names, else its words of content.

    >>> topic_of("who takes photos of planes in the air")
    'takes photos planes air'
    """
    names = names_in(text)
    chosen = [each.text for each in names] or [each.text for each in own_words(text)]
    return " ".join(list(dict.fromkeys(chosen))[:_LONGEST_TOPIC])
