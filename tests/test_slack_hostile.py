"""Nothing in a document or a question can mention, link, format or be too long."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.slack import blocks, views
from bot.channels.slack.elements import Message as Shown
from bot.channels.slack.markup import (
    escape,
    plain_question,
    readable,
    safe_url,
    shorten,
)
from bot.payloads import answer_payload, read_answer
from bot.records import Answer, Citation, Passage, Reading, Segment
from bot.state.protocol import StoredAnswer
from tests.slack_standin import checks
from tests.slack_standin.fakes import FakeBot
from tests.slack_standin.harness import QUICK, asynchronous, running
from tests.slack_standin.workspace import Message

EVIL = (
    "Ping <!channel> and <!here> and <!everyone> and <@U1234567> and <#C1234567> "
    "and <!subteam^S1234567> &lt;!here&gt; *bold* _it_ `code` ~x~ :tada: "
    "<javascript:alert(1)|click> <https://evil.example|https://bank.example> "
    "[a](javascript:alert(1)) @channel @here \u202eevil\u2066 \x1b]52;c;x\x07."
)
TODAY = date(2026, 11, 22)
STYLE = blocks.Style(ask_instead="Ms Example", today=TODAY)
ANYTHING = st.text(max_size=400) | st.sampled_from(
    [EVIL, "<!channel>", "&lt;!here&gt;"]
)
URLS = (
    st.none()
    | st.text(max_size=80)
    | st.sampled_from(
        [
            "javascript:alert(1)",
            "https://a.example/b?c=d#e",
            "http://user@evil.example",
            "https://a.example/|x",
            "https://a.example/>",
            "data:text/html,x",
            "https://" + "a" * 4_000 + ".example",
            "https://[::1",
        ]
    )
)


def _cite(number: int, quote: str, **more: Any) -> Citation:  # noqa: ANN401 - its fields
    values: dict[str, Any] = {
        "document": "d.md",
        "title": "D",
        "section": (),
        "sha256": "0" * 64,
        **more,
    }
    return Citation(number=number, quote=quote, start=0, end=len(quote), **values)


def _answer(*citations: Citation, short: str | None = None) -> Answer:
    return Answer(
        id="0123456789abcdef",
        question=EVIL,
        reading=Reading(EVIL, "what", (EVIL,)),
        status="answered",
        text=EVIL,
        segments=tuple(Segment("quote", each.quote, each.number) for each in citations),
        confidence=0.9,
        index="f",
        short=short,
        citations=citations,
    )


def _refusal(*nearest: Citation, reason: str = "No.") -> Answer:
    return Answer(
        id="0123456789abcdef",
        question=EVIL,
        reading=Reading(EVIL, "what", (EVIL,)),
        status="abstained",
        text=EVIL,
        segments=(Segment("template", EVIL),),
        confidence=0.1,
        index="f",
        nearest=nearest,
        reason=reason,
    )


def _problems(message: Shown) -> list[str]:
    arguments = json.loads(json.dumps(message.arguments()))
    shown = arguments.get("blocks", [])
    problem = checks.message_problem(arguments["text"], shown)
    found = [problem, *checks.calls(arguments["text"], shown)]
    return [each for each in found if each]


@settings(deadline=None, max_examples=60)  # the schema is what takes time
@given(
    quotes=st.lists(ANYTHING.filter(bool), min_size=1, max_size=12),
    url=URLS,
    title=ANYTHING,
    owner=ANYTHING,
    lead=ANYTHING.filter(bool),
    limit=st.sampled_from([blocks.FULL, blocks.SMALL]),
)
def test_any_answer_is_a_message_that_slack_takes_and_that_calls_nobody(
    *, quotes: list[str], url: str | None, title: str, owner: str, lead: str, limit: int
) -> None:
    header = Passage(lead, 0, len(lead))
    citations = [
        _cite(
            number, quote, url=url, title=title, section=(title,), owner=owner,
            lead=header,
        )
        for number, quote in enumerate(quotes, start=1)
    ]  # fmt: skip
    answer = dataclasses.replace(
        _answer(*citations, short=quotes[0][:50] or None), remarks=(lead, EVIL)
    )

    for style in (STYLE, dataclasses.replace(STYLE, private=True, language="de")):
        assert _problems(blocks.answer_message(answer, style, limit)) == []


@settings(deadline=None, max_examples=60)  # the schema is what takes time
@given(reason=ANYTHING.filter(bool), url=URLS, title=ANYTHING, dated=ANYTHING)
def test_any_refusal_is_a_message_that_slack_takes_and_that_calls_nobody(
    reason: str, url: str | None, title: str, dated: str
) -> None:
    nearest = [_cite(1, "x", url=url, title=title, section=(title, EVIL), date=dated)]

    message = blocks.answer_message(_refusal(*nearest, reason=reason), STYLE)

    assert _problems(message) == []


@pytest.mark.parametrize("limit", [blocks.FULL, blocks.SMALL])
def test_a_passage_of_50_000_characters_is_cut_after_a_sentence(limit: int) -> None:
    answer = _answer(_cite(1, "This is one of many sentences. " * 1_613))

    message = blocks.answer_message(answer, STYLE, limit)

    assert _problems(message) == []
    quote = next(each for each in checks.texts(list(message.blocks)) if "many" in each)
    assert quote.endswith("sentences. … ")
    assert sum(map(len, checks.texts(list(message.blocks)))) <= limit


def test_200_citations_are_one_valid_message_that_says_how_many_more_there_are() -> (
    None
):
    answer = _answer(*(_cite(each, f"Quote {each}. " * 40) for each in range(1, 201)))

    message = blocks.answer_message(answer, STYLE)

    assert _problems(message) == []
    assert "192 more quotes" in "\n".join(checks.texts(list(message.blocks)))


@settings(deadline=None, max_examples=25)  # the schema is what takes time
@given(ANYTHING, URLS, ANYTHING)
def test_any_window_is_a_view_that_slack_takes(
    quote: str, url: str | None, around: str
) -> None:
    answer = _answer(
        *(_cite(each, quote or "x", url=url, title=around) for each in (1, 2))
    )
    payload = answer_payload(answer)
    stored = StoredAnswer("a", "T/C", "", "U", 0, payload)
    texts = {"d.md": (quote or "x") + around}
    known = views.Overview(3, (around, EVIL), around or None, (around,))
    for view in (
        views.context_view(payload["citations"], texts, "en"),
        views.verify_view(payload["citations"], {"d.md": None}, "en"),
        views.why_view(payload, "en"),
        views.why_view(answer_payload(_refusal()), "de"),
        views.reason_view("0123", "de"),
        views.home_view(known, [stored], "en"),
        views.home_view(known, [], "de"),
        views.denied_home("en"),
        views.context_view([], {}, "en"),
        views.verify_view([], {}, "en"),
    ):
        wire = json.loads(json.dumps(view))
        assert checks.view_problem(wire) == ""
        assert checks.calls("", wire["blocks"]) == []


@given(st.text())
def test_escaped_text_holds_no_markup(text: str) -> None:
    escaped = escape(text)

    assert "<" not in escaped
    assert ">" not in escaped


@given(st.text(), st.integers(1, 200))
def test_shortened_text_is_never_longer_than_asked_and_begins_the_same(
    text: str, limit: int
) -> None:
    short = shorten(text, limit)

    assert len(short) <= limit
    assert text.startswith(short.removesuffix("…").rstrip()) or limit <= 2


@given(st.text())
def test_readable_text_is_stable_and_shows_no_control(text: str) -> None:
    shown = readable(text)

    assert readable(shown) == shown
    assert not any(each in shown for each in "\x1b\x00\x07\u202e\u2066\r")


@given(st.text(alphabet="<>@!#|UBOT& \nab", max_size=300))
def test_a_question_has_no_reference_left_and_is_read_in_one_line(text: str) -> None:
    question = plain_question(text, "UBOT")

    assert "<@UBOT>" not in question
    assert "\n" not in question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("<@UBOT> what is this?", "what is this?"),
        ("<@UBOT|kb> <@U1|ann> said <#C1|general> is <!here>", "ann said general is"),
        ("see <https://a.example> &lt;b&gt;", "see https://a.example <b>"),
        ("a" * 9_000, "a" * 4_000),
        ("<" * 9_000, "<" * 4_000),
    ],
)
def test_a_message_is_read_as_people_see_it(text: str, question: str) -> None:
    assert plain_question(text, "UBOT") == question


@given(URLS)
def test_only_web_addresses_without_disguise_are_linked(url: str | None) -> None:
    safe = safe_url(url)

    assert safe is None or (safe == url and safe.startswith(("http://", "https://")))
    assert safe is None or "@" not in safe.split("/")[2]


@given(st.lists(ANYTHING.filter(bool), min_size=1, max_size=3), URLS)
def test_a_stored_answer_is_read_back_as_it_was(
    quotes: list[str], url: str | None
) -> None:
    citations = (_cite(n, quote, url=url) for n, quote in enumerate(quotes, start=1))
    for answer in (_answer(*citations), _refusal(_cite(1, quotes[0]))):
        assert read_answer(json.loads(json.dumps(answer_payload(answer)))) == answer


@asynchronous
async def test_hostile_documents_and_questions_call_nobody_in_slack(
    tmp_path: Path,
) -> None:
    name, text = "companies/evil.md", f"# {EVIL}\n\n{EVIL.replace('.', ' ')} zebra.\n"
    bot = FakeBot({name: text}, url="javascript:alert(1)")
    async with running(tmp_path, QUICK, bot=bot) as run:
        seen: list[Message] = []
        for question in (f"zebra {EVIL}", EVIL, "nothing?"):
            ts, _ = run.slack.mention("C0GENERAL", question)
            seen.append(await run.answer_to(ts))
            await run.slack.command(question)
        answer = str(seen[0]["metadata"]["event_payload"]["answer"])
        for action in ("context", "why", "verify"):
            await run.slack.click("C0GENERAL", "UANN00000", action, answer)
        run.slack.open_tab("UANN00000", "home")
        await run.slack.until(
            lambda: run.slack.api.homes and len(run.slack.api.views) == 3
        )
        await run.settled()

        assert len(run.slack.private_replies("UANN00000")) == 3
        assert "\x1b" not in str(seen)
        run.check()
