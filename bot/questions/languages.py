"""The language of a text, told by its script and its commonest small words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

_FEWEST = 2  # small words of a language that must be seen; one may be a coincidence
_SHARE = 0.5  # of the letters; a name in another script does not make a language

# The commonest function words of each, without those that are English words too.
_SMALL_WORDS = {
    "English": "the of and to is was in that for are with what when who how which"
    " does did this by from has have it be on as where why can do you",
    "German": "der die das und ist wer wann wo wie leitet was warum welche welcher"
    " welches wurde hat ein eine nicht mit von zu den dem im auf für wird sind"
    " gibt es ich kann",
    "French": "le la les des est une qui quand où comment pourquoi quel quelle quels"
    " que dans et pour avec sur pas du au été sont ce il elle combien je vous",
    "Spanish": "el los las es una quién cuándo dónde cómo cuál cuáles por qué que del"
    " fue para con y se está son cuánto cuántos hay como cuando donde quien",
    "Italian": "il gli è una chi quando dove come perché quale quali che della del di"
    " e per con sono è stato stata quanto quanti cosa sono nel",
    "Portuguese": "o os uma é quem quando onde como qual quais que do da dos foi para"
    " com por em são não quanto quantos está",
    "Dutch": "het een wie wanneer waar hoe waarom welke wat van en voor met niet werd"
    " zijn heeft er op te aan dat",
    "Swedish": "och är vem när hur varför vilken vilka vad som av för med inte det en"
    " ett på den var har till",
    "Danish": "og er hvem hvornår hvor hvordan hvorfor hvilken hvilke hvad som af for"
    " med ikke det en et på den var har til",
    "Polish": "jest kto kiedy gdzie jak dlaczego który która które co nie na się do z"
    " w i czy został ile",
    "Turkish": "ve bir bu ne zaman kim nerede nasıl neden hangi kaç mi mı için ile"  # noqa: RUF001 - Turkish letters
    " nedir olan",
}
# Question words and forms of "to be" that no other language here has: they count twice.
_TELLING = frozenset(
    """wer wann wo warum wieso welche welcher welches wurde ist qui quand où pourquoi
    quel quelle est quién cuándo dónde cómo cuál chi quando perché quem onde wie wanneer
    waar waarom welke vem när varför hvem hvornår hvorfor kto kiedy gdzie dlaczego kim
    nerede nasıl hangi""".split()  # noqa: RUF001 - Turkish letters
)
_SETS = {name: frozenset(text.split()) for name, text in _SMALL_WORDS.items()}
_SCRIPTS = (
    ("HIRAGANA", "Japanese"),
    ("KATAKANA", "Japanese"),
    ("HANGUL", "Korean"),
    ("CJK", "Chinese"),
    ("CYRILLIC", "Russian or another language in Cyrillic"),
    ("GREEK", "Greek"),
    ("ARABIC", "Arabic or another language in its script"),
    ("HEBREW", "Hebrew"),
    ("DEVANAGARI", "Hindi or another language in its script"),
    ("THAI", "Thai"),
)
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_LOOKED_AT = 4_000  # characters


def language_of(text: str) -> str | None:
    """Name the language of a text, or None when it cannot be told with confidence.

    Short questions made of names have no language. Two small words must be seen,
    and more than of any other language.

    >>> language_of("Wann wurde JOINT2 gegründet und wer leitet das?")
    'German'
    >>> language_of("JOINT2 members?") is None
    True
    """
    text = text[:_LONGEST_LOOKED_AT]
    script = _script(text)
    if script:
        return script
    found = {each.casefold() for each in _WORD.findall(text)}
    counts = sorted(
        (
            (len(found & small) + len(found & small & _TELLING), name)
            for name, small in _SETS.items()
        ),
        reverse=True,
    )
    (best, name), (second, _) = counts[:2]
    return name if best >= _FEWEST and best > second else None


def languages_of(texts: Iterable[str]) -> tuple[str, ...]:
    """Name the languages of texts, the commonest first; equal ones by name."""
    counts = Counter(name for text in texts if (name := language_of(text)))
    return tuple(sorted(counts, key=lambda name: (-counts[name], name)))


def _script(text: str) -> str | None:
    letters = [each for each in text if each.isalpha()]
    if not letters:
        return None
    counts: Counter[str] = Counter()
    for each in letters:
        if each.isascii():
            continue
        name = unicodedata.name(each, "")
        for start, language in _SCRIPTS:
            if name.startswith(start):
                counts[language] += 1
    if sum(counts.values()) < _SHARE * len(letters):
        return None
    # Kana beside Han characters is Japanese, however few of them there are.
    if counts["Japanese"]:
        return "Japanese"
    return max(sorted(counts), key=lambda language: counts[language])
