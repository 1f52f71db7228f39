"""The parts of the terminal chat, each on its own."""

from __future__ import annotations

import dataclasses
import io
import json
import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from bot.answering import Found
from bot.channels.terminal import harmless
from bot.channels.terminal_chat import commands
from bot.channels.terminal_chat.chat import Manner, chat
from bot.channels.terminal_chat.completing import Known, complete
from bot.channels.terminal_chat.desk import Desk
from bot.channels.terminal_chat.editing import edit_text
from bot.channels.terminal_chat.lines import (
    Line,
    Piece,
    answer_lines,
    check_lines,
    line,
    passage_lines,
    source_lines,
)
from bot.channels.terminal_chat.links import file_url, safe_url, shows_links
from bot.channels.terminal_chat.memory import Memory, state_folder
from bot.channels.terminal_chat.prompting import LivePrompt
from bot.channels.terminal_chat.screens import PlainScreen, RichScreen
from bot.channels.terminal_chat.session import LeaveError, Session
from bot.channels.terminal_chat.transcript import transcript
from bot.channels.terminal_chat.waiting import Later
from bot.conversation.suggestions import suggest
from bot.errors import BotError, InputError
from bot.questions.reading import read_question
from bot.records import (
    Answer,
    Chunk,
    Citation,
    DocumentInfo,
    Evidence,
    Hit,
    Passage,
    Reading,
    Segment,
    Sentence,
    text_hash,
)
from bot.reports.explanations import explanation
from bot.retrieval.scope import documents_of, merged, search_within, unshown
from bot.wording import source_line
from tests.quiet_desk import QuietDesk, refusal

QUOTE = "The *tug* was built in 1998\nin <b>Bremen</b>."
TEXT = f"Before it.\n\n{QUOTE}\n\nAfter it."


def answer(quote: str = QUOTE, question: str = "When?") -> Answer:
    cited = Citation(
        1,
        "tug.md",
        "Tug",
        ("Tug", "Built"),
        quote,
        12,
        12 + len(quote),
        text_hash(""),
        url="https://example.org/tug",
        date="2024-05-01",
        owner="harbour",
    )
    note = "Reading this as: When was it?"
    segments = (
        Segment("template", f"{note}\n\nDate: "),
        Segment("quote", quote[:3], 1),
        Segment("template", '\n\n"'),
        Segment("quote", quote, 1),
        Segment("template", f'" [1]\n\nSources\n{source_line(cited)}\n'),
    )
    return Answer(
        id="a1",
        question=question,
        reading=Reading("When was it?", "when", (), notes=(note,)),
        status="answered",
        text="".join(each.text for each in segments),
        segments=segments,
        confidence=0.91,
        index="1",
        short=quote[:3],
        citations=(cited,),
    )


def nowhere(_citation: Citation) -> str | None:
    return None


@given(st.text())
def test_harmless_text_holds_nothing_that_drives_a_terminal(text: str) -> None:
    shown = harmless(text)

    for each in shown:
        joins = each in "\u200c\u200d"
        hidden = unicodedata.category(each) in {"Cc", "Cf", "Cs", "Co", "Cn"}
        assert joins or not hidden or each in "\n\t"


def test_joiners_stay_where_scripts_need_them_and_heaps_of_accents_are_cut() -> None:
    assert harmless("\u0645\u06cc\u200c\u062e") == "\u0645\u06cc\u200c\u062e"
    assert harmless("a\u200cb") == "a\ufffdb"
    assert harmless("soft\u00adhyphen\u2028next") == "softhyphen\nnext"
    assert len(harmless("a" + "\u0301" * 50)) == 9


@given(st.text(max_size=60))
def test_lines_say_what_the_answer_says(quote: str) -> None:
    given_ = answer(f"abc{quote}")

    shown = "\n".join(each.text for each in answer_lines(given_, nowhere))

    assert shown.startswith(given_.text.rstrip())
    assert shown.endswith("Confidence: high (91%)")


def test_quotes_notes_short_answers_and_sources_are_set_apart() -> None:
    lines = answer_lines(answer(), lambda each: each.url)

    looks = {each.look for shown in lines for each in shown.pieces}
    assert {"note", "short", "quote", "source", "hint", "plain"} <= looks
    assert next(each for each in lines if "tug" in each.text).quoted
    linked = [each for shown in lines for each in shown.pieces if each.url]
    assert [each.url for each in linked] == ["https://example.org/tug"]


def test_confidence_is_said_in_words() -> None:
    words = []
    for confidence in (0.9, 0.7, 0.5):
        given_ = answer()
        object.__setattr__(given_, "confidence", confidence)
        words.append(answer_lines(given_, nowhere)[-1].text.split()[1])

    assert words == ["high", "medium", "low"]


def test_sources_name_place_and_owner_and_none_is_said() -> None:
    shown = "\n".join(each.text for each in source_lines(answer(), nowhere))

    assert "characters 12 to" in shown
    assert "owner harbour" in shown
    assert "no sources" in source_lines(refusal("x"), nowhere)[0].text
    assert "no quotes" in check_lines([])[0].text


def test_a_passage_shows_the_quote_marked_in_its_surroundings() -> None:
    long = "\n".join(f"line {number} of many" for number in range(200))
    text = f"{long}\n{QUOTE}\n{long}"
    cited = answer().citations[0]
    start = text.index(QUOTE)
    moved = Citation(1, "d", "D", (), QUOTE, start, start + len(QUOTE), cited.sha256)

    lines = passage_lines(moved, text, nowhere)

    marked = [e.text for each in lines for e in each.pieces if e.look == "mark"]
    assert "\n".join(marked) == QUOTE
    assert 20 < len(lines) < 120
    whole = [each.text for each in lines[2:] if each.text.startswith("line")]
    assert set(whole) <= set(long.split("\n"))


def test_a_passage_is_shown_without_the_front_matter() -> None:
    text = f"---\ntitle: Tug\n---\n{QUOTE}\n"
    start = text.index(QUOTE)
    cited = Citation(1, "d", "D", (), QUOTE, start, start + len(QUOTE), text_hash(""))

    shown = [each.text for each in passage_lines(cited, text, nowhere)]

    assert shown[2:] == QUOTE.split("\n")


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("http://example.org/\x1b]8;;", "http://example.org/%1B]8;;"),
        ("https://example.org/ä", "https://example.org/%C3%A4"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("https:", None),
        ("https://[broken", None),
        ("https://example.org/" + "a" * 3_000, None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url: str | None, safe: str | None) -> None:
    assert safe_url(url) == safe


@given(st.text())
def test_a_link_holds_only_printable_ascii(text: str) -> None:
    for url in (safe_url(f"https://e.org/{text}"), file_url(f"/{text}")):
        assert url is None or re.fullmatch(r"[!-~]*", url)


@pytest.mark.parametrize(
    ("environment", "shows"),
    [
        ({}, False),
        ({"FORCE_HYPERLINK": "1", "TERM": "dumb"}, True),
        ({"FORCE_HYPERLINK": "0", "VTE_VERSION": "7000"}, False),
        ({"VTE_VERSION": "7000"}, True),
        ({"VTE_VERSION": "4000"}, False),
        ({"VTE_VERSION": "new"}, False),
        ({"TERM_PROGRAM": "WezTerm"}, True),
        ({"WT_SESSION": "x"}, True),
        ({"TERM": "linux", "WT_SESSION": "x"}, False),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "xterm-256color"}, False),
    ],
)
def test_links_are_shown_where_terminals_are_known_to(
    environment: dict[str, str], *, shows: bool
) -> None:
    assert shows_links(environment) == shows


KNOWN = Known(
    commands={"/source": "one", "/sources": "all", "/why": "reasons"},
    arguments={"/filter": ("off", "ships/")},
    titles=("Glass substrates", "Tug"),
    questions=("When was the tug built?", "Who?"),
)


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("/so", ["/source", "/sources"]),
        ("/filter sh", ["ships/"]),
        ("/why x", []),
        ("when", ["When was the tug built?"]),
        ("what is a tu", ["Tug"]),
        ("of glass s", ["Glass substrates"]),
        ("w", []),
        ("zebra", []),
    ],
)
def test_the_rest_of_a_line_is_proposed(typed: str, texts: list[str]) -> None:
    assert [each.text for each in complete(typed, KNOWN)] == texts


@given(st.text(max_size=40))
def test_a_candidate_replaces_only_what_was_typed(typed: str) -> None:
    for line_ in (typed, f"/{typed}", f"what of tu{typed}"):
        assert all(0 <= each.replaces <= len(line_) for each in complete(line_, KNOWN))


def test_a_thread_outlives_the_sitting_and_damage_costs_one_answer(
    tmp_path: Path,
) -> None:
    memory = Memory(tmp_path / "chats")
    assert memory.begin(resume=True) == []
    memory.keep(answer(question="one"))
    memory.keep(answer(question="two"))
    (file,) = (tmp_path / "chats").glob("*.jsonl")
    with file.open("a") as opened:
        opened.write('{"cut": ')

    again = Memory(tmp_path / "chats")
    turns = again.begin(resume=True)

    assert [each.question for each in turns] == ["one", "two"]
    assert turns[0] == answer(question="one")
    assert again.past_questions(10) == ["two", "one"]
    assert again.past_questions(1) == ["two"]
    assert file.stat().st_mode & 0o077 == 0
    assert again.history is not None


def test_only_the_latest_threads_are_kept(tmp_path: Path) -> None:
    memory = Memory(tmp_path)
    for number in range(30):
        memory.begin(resume=False)
        memory.keep(answer(question=str(number)))

    assert len(list(tmp_path.glob("*.jsonl"))) == 20
    assert memory.past_questions(100)[0] == "29"


def test_a_memory_that_cannot_be_written_forgets_and_says_so(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    memory = Memory(blocked / "chats")
    memory.begin(resume=False)
    memory.keep(answer())

    assert "cannot be used" in memory.problem
    assert memory.history is None
    assert memory.thread() == [answer()]

    gone = Memory(tmp_path / "gone")
    gone.begin(resume=False)
    (tmp_path / "gone").rmdir()
    gone.keep(answer())
    assert "cannot be written" in gone.problem
    assert gone.thread() == [answer()]
    assert gone.history is None


def test_chats_with_different_indexes_are_kept_apart(tmp_path: Path) -> None:
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    folders = {
        state_folder(tmp_path / name, environment) for name in ("one", "two", "one")
    }

    assert len(folders) == 2
    assert all(each.is_relative_to(tmp_path) for each in folders)
    assert state_folder(tmp_path, {}).is_relative_to(Path.home())


def test_a_transcript_shows_text_and_never_markup_of_documents() -> None:
    markdown = transcript([answer(), refusal("*x*")], "md")
    page = transcript([answer(), refusal("<script>")], "html")

    assert "\\*tug\\*" in markdown
    assert "<b>" not in markdown.replace("\\<b\\>", "")
    assert "## \\*x\\*" in markdown
    assert "<script>" not in page
    assert "&lt;b&gt;" in page
    assert 'href="https://example.org/tug"' in page
    assert json.loads(transcript([answer()], "json"))[0]["id"] == "a1"


def test_a_refusal_s_nearest_sections_are_in_the_transcript() -> None:
    near = answer().citations
    refused = refusal("x")
    object.__setattr__(refused, "nearest", near)

    assert "Nearest sections:" in transcript([refused], "md")


def _console(**options: object) -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=30,
        force_terminal=True,
        highlight=False,
        **options,  # type: ignore[arg-type]
    )
    return console, stream


def test_a_terminal_without_links_spells_web_addresses_out() -> None:
    for links in (True, False):
        console, stream = _console()
        screen = RichScreen(console, links=links)
        screen.show([Line((Piece("Tug", "source", "https://e.org/"),)), Line()])

        assert ("\x1b]8;" in stream.getvalue()) == links
        assert ("<https://e.org/>" in stream.getvalue()) != links


def test_a_terminal_of_few_letters_gets_a_plain_bar() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", errors="replace")
    screen = RichScreen(Console(file=stream, width=20), links=False)

    screen.show([Line((Piece("a quote of several words", "quote"),), quoted=True)])
    stream.flush()

    assert raw.getvalue().decode().splitlines() == [
        "| a quote of several",
        "| words",
    ]


def test_what_is_too_long_for_the_clipboard_is_not_copied() -> None:
    console, stream = _console()
    screen = RichScreen(console, links=False)

    assert screen.copy("short")
    assert not screen.copy("long" * 50_000)
    assert stream.getvalue().count("\x1b]52;") == 1
    assert not PlainScreen(io.StringIO(), labels=True).copy("short")


def test_plain_text_names_quotes_for_those_who_listen() -> None:
    stream = io.StringIO()
    screen = PlainScreen(stream, labels=True)

    with screen.waiting("Looking"):
        screen.show(
            [
                Line((Piece("one", "quote"),), quoted=True),
                Line((Piece("two", "quote"),), quoted=True),
                Line((Piece("x", "mark"),)),
            ]
        )

    assert stream.getvalue() == "Looking\nQuote: one\ntwo\n>>> x <<<\n"


def test_work_in_a_thread_gives_its_result_or_its_error() -> None:
    signs: list[str] = []

    @contextmanager
    def sign() -> Iterator[None]:
        signs.append("shown")
        yield
        signs.append("gone")

    held = threading.Event()
    told = threading.Event()

    def work() -> int:
        held.wait()
        return 7

    later = Later(work, told.set)
    assert later.peek() is None
    assert not later.ready

    @contextmanager
    def releasing() -> Iterator[None]:
        with sign():
            held.set()
            yield

    assert later.begin().get(releasing) == 7
    assert told.wait(10)
    assert later.ready
    assert signs == ["shown", "gone"]

    def fail() -> int:
        raise InputError("no")

    failing = Later(fail).begin()
    with pytest.raises(InputError):
        failing.get(sign)
    assert failing.failed


def test_the_editor_s_text_comes_back_and_trouble_is_told(tmp_path: Path) -> None:
    editor = tmp_path / "ed"
    editor.write_text('#!/bin/sh\nprintf " more" >> "$1"\n')
    editor.chmod(0o755)

    assert edit_text("text", {"EDITOR": str(editor)}) == "text more"
    with pytest.raises(InputError, match="set EDITOR"):
        edit_text("", {})
    with pytest.raises(InputError, match="did not work"):
        edit_text("", {"VISUAL": str(tmp_path / "none")})
    with pytest.raises(InputError, match="did not work"):
        edit_text("", {"VISUAL": 'unbalanced "'})


@pytest.fixture
def session() -> tuple[Session, io.StringIO, QuietDesk]:
    desk = QuietDesk()
    stream = io.StringIO()
    screen = PlainScreen(stream, labels=False)
    made = Session(Later[Desk](lambda: desk).begin(), screen, Memory(None))
    made.begin()
    return made, stream, desk


Sitting = tuple[Session, io.StringIO, QuietDesk]


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("/why", "Nothing was asked"),
        ("/export md", "nothing to export"),
        ("/export pdf", "Export to one of md, json, html"),
        ("/feedback perhaps", "feedback good"),
        ("/docs zebra", "No document"),
        ("/suggest", "No question"),
        ("/zebra", "There is no /zebra"),
    ],
)
def test_a_command_that_cannot_be_done_says_why(
    session: Sitting, command: str, problem: str
) -> None:
    with pytest.raises(InputError, match=re.escape(problem)):
        commands.run(session[0], command)


def test_a_source_that_changed_is_not_shown_at_the_wrong_place(
    session: Sitting,
) -> None:
    sitting, _, _ = session
    sitting.show(answer())

    with pytest.raises(InputError, match="has changed"):
        commands.run(sitting, "/source 1")
    with pytest.raises(InputError, match="one of the 1 sources"):
        commands.run(sitting, "/source 2")
    sitting.show(refusal("x"))
    with pytest.raises(InputError, match="no sources"):
        commands.run(sitting, "/source 1")
    with pytest.raises(InputError, match="no clipboard"):
        commands.run(sitting, "/copy")


def test_commands_reach_the_desk(
    session: Sitting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting, stream, desk = session
    monkeypatch.chdir(tmp_path)
    sitting.show(answer())

    for command in (
        "/filter",
        "/filter ships",
        "/filter",
        "/filter off",
        "/feedback bad too old",
        "/verify",
        "/index",
        "/docs",
        "/sources",
        "/help",
    ):
        commands.run(sitting, command)
    sitting.ask("a question")
    commands.run(sitting, "/export json")
    commands.run(sitting, "/export json")
    with pytest.raises(InputError, match="cannot be written"):
        commands.run(sitting, "/export json chat-1.json")
    with pytest.raises(LeaveError):
        commands.run(sitting, "/q")

    assert {"only ships", "only None", "vote a1 False too old"} <= set(desk.done)
    shown = stream.getvalue()
    for text in ("Asking only: ships", "No filter", "gone", "nothing to build"):
        assert text in shown
    assert (tmp_path / "chat-2.json").exists()
    assert "1 documents" in sitting.status()


def test_an_edited_message_is_asked_and_an_edited_command_run(
    session: Sitting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sitting, stream, _ = session
    editor = tmp_path / "ed"
    editor.write_text("#!/bin/sh\ntrue\n")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))

    commands.run(sitting, "/edit What is it")
    commands.run(sitting, "/edit /filter")
    with pytest.raises(InputError, match="Nothing was written"):
        commands.run(sitting, "/edit")

    assert "Nothing is known of: What is it" in stream.getvalue()
    assert "No filter." in stream.getvalue()


def test_a_pipe_is_answered_line_by_line_and_errors_do_not_end_it(
    tmp_path: Path,
) -> None:
    write = io.StringIO()

    chat(
        QuietDesk,
        tmp_path,
        Manner(filter="ships"),
        io.StringIO("first\n\n/zebra\nsecond\n/quit\nthird\n"),
        write,
    )

    shown = write.getvalue()
    assert "known of: first" in shown
    assert "There is no /zebra" in shown
    assert "known of: second" in shown
    assert "third" not in shown


def test_a_desk_that_cannot_be_opened_ends_the_chat(tmp_path: Path) -> None:
    def broken() -> QuietDesk:
        raise BotError("no index")

    with pytest.raises(BotError, match="no index"):
        chat(broken, tmp_path, Manner(), io.StringIO("x\n"), io.StringIO())


def _document(path: str, *tags: str) -> DocumentInfo:
    folder = path.split("/", maxsplit=1)[0] if "/" in path else ""
    return DocumentInfo(path, path, folder, path, text_hash(""), tags=tags)


def test_documents_are_chosen_by_folder_file_pattern_or_tag() -> None:
    documents = [_document("a/b.md", "Red"), _document("a/c.md"), _document("d.md")]

    assert documents_of(documents, "a/") == {"a/b.md", "a/c.md"}
    assert documents_of(documents, "./d.md") == {"d.md"}
    assert documents_of(documents, "*/c*") == {"a/c.md"}
    assert documents_of(documents, "red") == {"a/b.md"}
    with pytest.raises(InputError, match="Folders: a; tags: Red"):
        documents_of(documents, "zebra")
    with pytest.raises(InputError):
        documents_of(documents, "/")


def _hit(document: str, score: float, position: int = 0) -> Hit:
    chunk = Chunk(f"{document}#{position}", document, document, (), "x", 0, 1)
    return Hit(chunk, score)


def test_a_search_within_documents_looks_further_until_it_has_enough() -> None:
    hits = [_hit("other", 1 - n / 100, n) for n in range(50)]
    hits += [_hit("mine", 0.1, n) for n in range(5)]
    asked: list[int] = []

    def search(k: int) -> list[Hit]:
        asked.append(k)
        return hits[:k]

    found = search_within(search, frozenset({"mine"}), 3, len(hits))

    assert [each.chunk.document for each in found] == ["mine"] * 3
    assert asked == [24, 55]
    assert search_within(search, frozenset({"none"}), 3, len(hits)) == []


def test_two_wordings_are_ranked_as_one() -> None:
    first = [_hit("a", 1.0), _hit("b", 0.5), _hit("c", 0.0)]
    second = [_hit("b", 1.0), _hit("d", 0.4), _hit("c", 0.0)]

    found = merged(first, second, 3)

    assert [each.chunk.document for each in found] == ["b", "a", "d"]


def _evidence(start: int, end: int) -> Evidence:
    sentence = Sentence("a#0", "x" * (end - start), start, end)
    return Evidence(sentence, _hit("a", 1.0), 0.9, {"cross": 0.5, "own": 0.0})


def test_what_overlaps_a_quote_is_not_shown_again() -> None:
    evidence = [_evidence(0, 10), _evidence(10, 20), _evidence(20, 30)]

    left = unshown(evidence, frozenset({("a", 5, 15), ("b", 20, 30)}))

    assert [each.sentence.start for each in left] == [20]


def test_only_questions_that_are_surely_answered_are_suggested() -> None:
    documents = [_document("a/tugs.md"), _document("b/faq.md")]
    texts = {"a/tugs.md": "# Tugs", "b/faq.md": "# F\n\n## What floats best?\n\nWood."}
    tried: list[str] = []

    def ask(question: str) -> Answer:
        tried.append(question)
        return answer() if "floats" in question else refusal(question)

    found = suggest(ask, documents, texts.__getitem__, 3)

    assert found == []  # answered, but from another document
    assert tried == ["What is a/tugs.md?", "What floats best?"]


def test_an_explanation_names_question_passages_sentences_and_bar() -> None:
    reading = read_question("When was the tug built?")
    found = Found(
        reading.text,
        reading,
        [_hit("a", 1.0)],
        [_evidence(0, 200)],
        0.9,
        unknown=("tug",),
    )

    text = explanation(reading.text, lambda _: found, 0.5, ("Reading this as: x",))

    assert text.startswith("Reading this as: x\nQuestion: When was the tug built?")
    assert "In no document: tug" in text
    assert "cross 0.50" in text
    assert "0.90, at least the 0.50 needed" in text
    nothing = Found(reading.text, reading, [], [], 0.0)
    empty = explanation(reading.text, lambda _: nothing, 0.5)
    assert "0.00, below the 0.50 needed" in empty


def test_each_question_of_a_message_is_explained_by_itself() -> None:
    def find(question: str) -> Found:
        return Found(question, read_question(question), [], [], 0.0)

    text = explanation("When was ORC founded and who leads it?", find, 0.5, ("x",))

    assert text.count("Question: ") == 2
    assert "Question: who leads ORC?" in text
    assert text.count("x\n") == 1


def test_a_line_of_text_is_one_piece() -> None:
    assert line("x", "hint") == Line((Piece("x", "hint"),))


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("one\r", "one"),
        ("one\\\rtwo\r", "one\ntwo"),
        ("one\x1b\rtwo\r", "one\ntwo"),
        ("/wh\t\r", "/why"),
        ("what is a Tu\t?\r", "what is a Tug?"),
        ("\x1b[200~one\ntwo\x1b[201~\r", "one\ntwo"),
        ("\x1b[A\r", "typed before"),
        ("\x12befo\r\r", "typed before"),
    ],
)
def test_keys_make_messages(keys: str, message: str, tmp_path: Path) -> None:
    history = tmp_path / "history"
    history.write_text("\n# 2024-05-01 12:00:00\n+typed before\n")
    with create_pipe_input() as pipe, create_app_session(pipe, DummyOutput()):
        prompt = LivePrompt(history, lambda: KNOWN, lambda: "status")
        pipe.send_text(keys)

        assert prompt.read() == message
        prompt.redraw()


def test_ctrl_d_leaves_and_ctrl_c_drops_the_line() -> None:
    for keys, error in (("\x04", EOFError), ("typed\x03", KeyboardInterrupt)):
        with create_pipe_input() as pipe, create_app_session(pipe, DummyOutput()):
            prompt = LivePrompt(None, lambda: KNOWN, lambda: "status")
            pipe.send_text(keys)

            with pytest.raises(error):
                prompt.read()


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_a_live_chat_shows_completes_and_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "xterm-256color")
    shown = []
    for manner, keys in (
        (Manner(resume=True), "first question\r/so\t\x03/help\r\x04"),
        (Manner(resume=True), "\x03/reset\r/sources\r/quit\r"),
    ):
        write = Tty()
        with create_pipe_input() as pipe, create_app_session(pipe, DummyOutput()):
            pipe.send_text(keys)
            chat(QuietDesk, tmp_path / "index", manner, Tty(), write)
        shown.append(write.getvalue())

    assert "no earlier thread" in shown[0]
    assert "Nothing is known of: first question" in shown[0]
    assert "Ctrl-D leaves" in shown[0]
    assert "> first question" in shown[1]
    assert "Stopped" in shown[1]
    assert "A new thread" in shown[1]
    assert "Nothing was asked yet" in shown[1]


def test_every_command_that_needs_a_turn_takes_one(session: Sitting) -> None:
    sitting, stream, desk = session
    sitting.ask("a question")

    for command in ("/why", "/more", "/next", "/filter ships"):
        commands.run(sitting, command)

    assert "Nothing is known." in stream.getvalue()
    assert sum(each.startswith("asked a question") for each in desk.done) == 3
    assert "only ships" in sitting.status()


def test_a_question_that_is_surely_answered_is_suggested_once() -> None:
    documents = [_document("tug.md"), _document("b.md")]
    texts = {"tug.md": "# T\n\n## What floats best?\n", "b.md": "## What floats best?"}

    found = suggest(lambda _: answer(), documents, texts.__getitem__, 1)

    assert found == ["What floats best?"]
    assert suggest(lambda _: answer(), documents, texts.__getitem__, 0) == []


def test_headers_and_remarks_are_shown_with_the_quotes() -> None:
    given_ = answer()
    lead = Passage("Year | *Yard*", 0, 13)
    cited = dataclasses.replace(given_.citations[0], lead=lead)
    headed = Segment("quote", lead.quote, 1)
    shown = dataclasses.replace(
        given_,
        citations=(cited,),
        segments=(headed, *given_.segments),
        remarks=("Also stated in [2].",),
    )

    assert any(
        piece.look == "quote" and piece.text == lead.quote
        for each in answer_lines(shown, nowhere)
        for piece in each.pieces
    )
    assert "> Year \\| \\*Yard\\*" in transcript([shown], "md")
    assert "Also stated in \\[2\\]." in transcript([shown], "md")
    assert "<blockquote>Year | *Yard*</blockquote>" in transcript([shown], "html")
