"""Sentence bounds: hard cases, and what holds for every text."""

# ruff: noqa: RUF001 - full stops of other scripts are among the cases

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.text.sentences import SPLITTER, split_sentences

# Each case is written with a bar where a sentence ends and the next one begins.
CASES = [
    # countries, degrees, times
    "The U.S. Department of Commerce agreed. | It paid.",
    "He moved to the U.S. | He liked it.",
    "Plants in the U.S. and the U.K. closed.",
    "The U.S. government paid 3 billion dollars.",
    "She holds a Ph.D. in physics. | Her thesis is public.",
    "The shift starts at 5 p.m. on Monday. | It ends at 1 a.m. | Then it is dark.",
    "Washington, D.C. is far away.",
    # companies
    "Uemura Co., Ltd. makes it. | Others buy it.",
    "C. Uyemura & Co., Ltd. was founded in 1848.",
    "Tokyo Ohka Kogyo Co. Ltd. makes resists. | Namics Corp. makes underfill.",
    "It was bought by Ebara Corp. in 1965. | The price is unknown.",
    "Apple Inc. was there.",
    "Ajinomoto Co., Inc. took its name in 1946.",
    "The buyer was Disco Corp. | It paid in cash.",
    "Shinko Ltd. did.",
    # decimals, versions, dimensions
    "It uses 2.5D packaging. | 3D comes next.",
    "The rate was 3.5 percent. | In 2021 it rose to 4.25%.",
    "Version 2.0.1 is out. | Version 3.0 follows.",
    "It grew by 1.5. | Nobody knew why.",
    "Python 3.11. | That is the least.",
    "It cost $5.2 bn. in aid.",
    "It gave 45 bn. yen to LSTC. | More came.",
    "Sales reached ¥1,530.5 billion. | Profit fell.",
    # Latin and scholarly
    "Use tools, e.g. a saw. | Fine.",
    "Use a bonder, e.g. The Besi one.",
    "Its maker, i.e. Resonac, leads. | Others follow.",
    "Cf. Smith 2020 for more.",
    "Samsung vs. Apple was a long case. | It ended.",
    "Bolts, nuts, etc. | The rest is sold elsewhere.",
    "Bolts, nuts, etc. are sold here.",
    "Tanaka et al. (2020) disagree. | We do not.",
    "Tanaka et al. [5] disagree.",
    "It was shown by Tanaka et al. | The others agree.",
    "Ebara Corp. President Asami spoke. | So did Dept. Head Sato.",
    # numbers after abbreviations
    "See No. 5 for this. | And Fig. 3 too.",
    "See figs. 3 and 4, vol. 2, pp. 12-14. | Then stop.",
    "It opened on Jan. 5 and closed on Feb. 7. | Nobody came.",
    "Clause no. 12 applies.",
    "Sec. 4 and Art. 5 apply. | Nothing else does.",
    "Approx. 500 people came.",
    "It was built ca. 1900. | It stands.",
    # titles, names, initials
    "Lt. Col. Smith came. | He left.",
    "Prof. Dr. Müller spoke. | Nobody slept.",
    "Mr. and Mrs. Sato came with Gen. Ito.",
    "J. R. R. Tolkien wrote it. | He smoked.",
    "Samuel L. Jackson acted. | He won.",
    "St. Louis is a city. | It is old.",
    "We live on Main St. | The shop is near.",
    "Choose plan B. | It is cheaper.",
    "John F. Kennedy Jr. was there.",
    # ellipses
    "Well... maybe. | Then go.",
    "He waited… and left.",
    "One, two, ... ten. | Done.",
    "It goes on and on . . . . . . and on.",
    "It works . . . | Then it stops.",
    "Is it new ? ! | It is.",
    # quotes and brackets after the mark
    'He said "Go." | Then he left.',
    'He said "Go." and left.',
    "She wrote “It works.” | Nobody replied.",
    "He left (in 2021.) | Then she came.",
    "It grew (a lot). | Then it shrank.",
    "“Why?” she asked. | He knew.",
    '"Is it new?" | The answer is yes.',
    "He called it ‘Direct Image.’ | It sold well.",
    "He said `` it works . '' | They left .",
    # exclamation and question marks
    "Really?! | Yes.",
    "Stop! | Who is there? | Me.",
    "Yahoo! is a company.",
    # addresses
    "See https://a.example/b.c/d?x=1. | Then go on.",
    "Write to a.b@example.org. | We answer.",
    "Open bot.toml and index.html. | Save both.",
    "ASP.NET and Node.js run it. | Both are old.",
    # brands in lower case
    "It broke. | iPhone sales fell.",
    "It fell. | eBay rose.",
    # enumerators
    "1. Open the door.",
    "(a) Open the door. | Then wait.",
    "IV. The fourth part begins here.",
    # Markdown
    "**It works.** | Nobody knows why.",
    "*It works.* | `Then` it stops.",
    "It [works.](https://a.example/x.y) | Then it stops.",
    "It works.[12] | The rest follows.",
    "It works.[^note] | The rest follows.",
    "<b>It works.</b> | The rest follows.",
    # words that the model takes for abbreviations
    "It makes the chip. | Resonac sells it.",
    "They will. | Nobody else works. | Tasks wait.",
    "He sold the car. | Tokyo was far.",
    "Come in. | Tokyo is near.",
    "Seven had ED. | Higher values were rare.",
    # a space is missing
    "It leads in materials.|While the others wait, it grows.",
    # other scripts
    "日本は大きい。|東京は首都である。|そうですか？|はい！",
    "「はい。」と言った。|次へ。",
    "これは「新しい。」|次へ。",
    "यह एक है। | वह दो है।",
    "هل هذا جديد؟ | نعم.",
    "Es war am 5. Mai. | Dann kam er.",
    # wrapped lines
    "This line is\nwrapped. | And so\nis this one.",
    "It was made by Resonac\nHoldings Corp. in the U.S.\nmarket. | It sold.",
    "- it begins\nlower and goes on.",
    "Line one\r\ngoes on. | Line two.",
]


@pytest.mark.parametrize("case", CASES)
def test_a_hard_case_is_split_where_a_reader_would(case: str) -> None:
    sentences = [each.strip(" ") for each in case.split("|")]
    text = case.replace(" | ", " ").replace("|", "")

    spans = split_sentences(text, 0, len(text))

    assert [text[start:end] for start, end in spans] == sentences


def test_only_the_block_is_looked_at() -> None:
    text = "Before. It works. Then it stops. After."

    assert split_sentences(text, 8, 32) == [(8, 17), (18, 32)]


def test_a_closing_mark_alone_is_no_sentence() -> None:
    text = "It ended. Nobody knew why. }"

    assert split_sentences(text, 0, len(text)) == [(0, 9), (10, 28)]


def test_white_space_has_no_sentence() -> None:
    assert split_sentences(" \n\t ", 0, 4) == []


PIECES = st.sampled_from(
    [
        *"aBÉ1漢。.!?…'\"“”)]([*_`~-<>/ \n\t\r",
        "U.S.",
        "Co., Ltd.",
        ". ",
        "e.g. ",
        "No. 5",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_sentences_are_trimmed_ordered_and_leave_nothing_out(text: str) -> None:
    spans = split_sentences(text, 0, len(text))

    edges = [0, *(edge for span in spans for edge in span), len(text)]
    gaps = [text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    assert edges == sorted(edges)
    assert all(not gap.strip() for gap in gaps)
    assert all(text[a:b] == text[a:b].strip() != "" for a, b in spans)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_line_ends_make_no_difference(text: str) -> None:
    wrapped = text.replace(" ", "\n")

    assert split_sentences(wrapped, 0, len(wrapped)) == split_sentences(
        text, 0, len(text)
    )


@given(st.text(), st.text(), st.text())
def test_text_around_the_block_makes_no_difference(a: str, text: str, b: str) -> None:
    whole = split_sentences(a + text + b, len(a), len(a) + len(text))

    alone = split_sentences(text, 0, len(text))
    assert [(start - len(a), end - len(a)) for start, end in whole] == alone


def test_the_version_of_the_model_is_part_of_the_splitters_name() -> None:
    assert SPLITTER.startswith(f"nupunkt-{version('nupunkt')}+")


def test_the_model_is_not_loaded_until_it_is_needed() -> None:
    code = "import bot.text.sentences, sys; sys.exit('nupunkt' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
