"""Whole sessions of the real program in a pseudo-terminal."""

from __future__ import annotations

import json
import os
import re
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.terminal_program import Terminal, bare

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="pseudo-terminals are of POSIX"
)

TEXTS = {
    "ferries/anna.md": "# Ferry Anna\n\nThe ferry Anna was built in 1998 in Bremen. "
    "The ferry Anna was built because the steamer Otto had rusted.\n\n"
    "## Crew\n\nCaptain Lena Berg leads the crew of the ferry Anna.\n",
    "ferries/otto.md": "---\ntags: [steam]\n---\n# Steamer Otto\n\n"
    "The steamer Otto was built in 1951 in Kiel. "
    "The steamer Otto was sold to a museum in 1999.\n",
    "harbours/kiel.md": "# Harbour of Kiel\n\nThe harbour of Kiel has 14 quays. "
    "The harbour of Kiel was opened in 1882.\n",
    "odd/wide.md": "# Ferry Hanako\n\n"
    "The ferry Hanako (渡船花子) was built in 2004 in Osaka, and its sign says "
    "ようこそ大阪へ渡船花子の旅をお楽しみくださいそして安全にお帰りください.\n\n"
    "The ferry Noa (נועה) was built in 2011 in Haifa.\n",
    "odd/hostile.jsonl": json.dumps(
        {
            "_id": "lamp",
            "title": "Lamp\x1b[31m Vega",
            "text": "The lamp Vega was lit in 1977 by \x1b]0;owned\x07\x9b2Jthe "
            "\u202eharbour office.",
        }
    ),
}
QUESTION = "When was the ferry Anna built?"


def _bot(arguments: list[str], folder: Path, **options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=folder,
        env={
            **os.environ,
            "HOME": str(folder),
            "PYTHONPATH": str(Path(__file__).parents[1]),
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
        input=options.get("stdin", ""),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        file = folder / "corpus" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chat")
    _write(folder, TEXTS)
    _bot(["index"], folder)
    return folder


@pytest.fixture
def home(place: Path, tmp_path: Path) -> Path:
    """Make a home of one's own that shares the corpus and the index."""
    for name in ("corpus", "index"):
        (tmp_path / name).symlink_to(place / name)
    return tmp_path


Start = Callable[..., Terminal]


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    started: list[Terminal] = []

    def begin(
        *options: str,
        environment: Mapping[str, str] | None = None,
        columns: int = 80,
        program: tuple[str, ...] = ("-m", "bot.cli", "chat"),
    ) -> Terminal:
        paths = {"PYTHONPATH": str(Path(__file__).parents[1]), **(environment or {})}
        terminal = Terminal([*program, *options], home, paths, columns)
        started.append(terminal)
        return terminal

    yield begin
    for each in started:
        each.stop()


def _ready(terminal: Terminal) -> Terminal:
    terminal.see(r"\d+ documents")
    return terminal


def _leave(terminal: Terminal) -> None:
    terminal.type("\x04")
    assert terminal.end() == 0


def test_a_question_is_answered_with_its_quote_beside_a_bar(start: Start) -> None:
    chat = _ready(start())

    chat.enter(QUESTION)
    shown = chat.see(r"Confidence: (?:high|medium|low) \(\d+%\)")

    assert '▌ "The ferry Anna was built in 1998 in Bremen.' in shown
    assert "[1] Ferry Anna (ferries/anna.md)" in shown
    _leave(chat)


def test_follow_ups_are_read_in_the_light_of_the_thread(start: Start) -> None:
    chat = _ready(start())
    chat.enter(QUESTION)
    chat.see("Confidence")

    chat.enter("what about the steamer Otto?")
    chat.see(r"Reading this as: When was the [^\n]*Otto built\?")
    shown = chat.see("Confidence")

    assert "1951" in shown
    _leave(chat)


def test_every_command_does_what_help_says(start: Start, home: Path) -> None:
    chat = _ready(start())
    chat.enter(QUESTION)
    chat.see("Confidence")

    chat.enter("/help")
    shown = chat.see("Ctrl-D leaves")
    for name in ("/sources", "/source N", "/why", "/filter PATH|TAG|off", "/index"):
        assert name in shown
    chat.enter("/sources")
    chat.see(r"characters \d+ to \d+")
    chat.enter("/source 1")
    assert "Captain Lena Berg" in chat.see("Captain Lena Berg")
    assert "\x1b[7mThe ferry Anna was built in 1998 in Bremen.\x1b[0m" in chat.raw
    chat.enter("/why")
    chat.see(r"needed\.")
    chat.enter("/more")
    chat.see("Reading this as: When was the ferry Anna built")
    chat.see("Confidence|There is no more")
    chat.enter("/next")
    chat.see("next best answer")
    chat.see("Confidence|no other answer")
    chat.enter("/docs harbour")
    chat.see("harbours/kiel.md")
    chat.enter("/filter steam")
    chat.see("Asking 1 documents")
    chat.enter("/filter off")
    chat.see("Asking 5 documents")
    chat.enter("/verify")
    chat.see("intact|no quotes")
    chat.enter("/copy")
    chat.see("Copied")
    assert "\x1b]52;c;" in chat.raw
    for form in ("md", "json", "html"):
        chat.enter(f"/export {form} out.{form}")
        chat.see(rf"answers written to out\.{form}")
    chat.enter("/feedback good just right")
    chat.see("that is stored")
    chat.enter("/suggest")
    chat.see(r"What (?:is|are) [^\n]+\?|No question was found")
    chat.enter("/index")
    chat.see("up to date|Index")
    chat.enter("/reset")
    chat.see("A new thread")
    chat.enter("/why")
    chat.see("Nothing was asked yet")
    chat.enter("/nonsense")
    chat.see("There is no /nonsense")
    chat.enter("/quit")
    assert chat.end() == 0

    assert "1998" in (home / "out.md").read_text()
    assert json.loads((home / "out.json").read_text())[0]["question"] == QUESTION
    assert "<blockquote>" in (home / "out.html").read_text()


def test_lines_are_remembered_from_session_to_session(start: Start) -> None:
    chat = _ready(start())
    chat.enter(QUESTION)
    chat.see("Confidence")
    _leave(chat)

    again = _ready(start())
    again.type("\x1b[A")
    again.see("When was the ferry Anna built")
    again.type("\x03")
    again.see("Stopped")
    again.type("\x12ferry An")
    again.see("search")
    again.type("\r\r")
    again.see("Confidence")
    _leave(again)


def _leave_now(terminal: Terminal) -> None:
    terminal.type("\x03")
    terminal.see("Stopped")
    _leave(terminal)


def test_tab_completes_commands_and_titles(start: Start, home: Path) -> None:
    chat = _ready(start())

    chat.type("/verif\t")
    chat.enter("")
    chat.see("Nothing was asked yet")
    chat.type("When was the Steamer O\t")
    chat.enter(" built?")
    chat.see("Confidence|I don't know")
    chat.enter("/export json out.json")
    chat.see("written")
    _leave(chat)

    asked = json.loads((home / "out.json").read_text())[0]["question"]
    assert asked == "When was the Steamer Otto built?"


def test_a_message_may_have_several_lines(start: Start, home: Path) -> None:
    chat = _ready(start())

    chat.enter("When was the ferry Anna\\")
    chat.enter("built?")
    chat.see("Confidence")
    chat.enter("/export json out.json")
    chat.see("written")

    assert json.loads((home / "out.json").read_text())[0]["question"] == QUESTION
    _leave(chat)


def test_a_message_may_be_written_in_the_editor(start: Start, home: Path) -> None:
    editor = home / "editor"
    editor.write_text(f'#!/bin/sh\nprintf "%s" "{QUESTION}" > "$1"\n')
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    chat = _ready(start(environment={"EDITOR": str(editor)}))

    chat.enter("/edit")
    chat.see(re.escape(f"> {QUESTION}"))
    chat.see("Confidence")
    _leave(chat)


def test_a_thread_is_taken_up_again_with_its_last_turns(start: Start) -> None:
    chat = _ready(start())
    chat.enter(QUESTION)
    chat.see("Confidence")
    _leave(chat)

    again = start("--continue")
    again.see(re.escape(f"> {QUESTION}"))
    again.see("1998")
    _ready(again)
    again.enter("why?")
    again.see("Reading this as: Why was the ferry Anna built")
    again.see("rusted")
    _leave(again)


def test_lines_break_at_the_width_that_the_window_has_now(start: Start) -> None:
    chat = _ready(start(columns=100))
    chat.enter(QUESTION)
    chat.see("Confidence")
    before = _widest(chat.raw)

    chat.resize(40)
    chat.enter(QUESTION)
    after = chat.see("Confidence")

    assert 40 < before <= 100
    assert _widest(after) <= 40
    _leave(chat)


def _widest(text: str) -> int:
    quoted = [each for each in bare(text).split("\n") if each.startswith("▌")]
    return max(map(len, quoted))


def test_wide_characters_break_by_columns_and_hebrew_is_kept(start: Start) -> None:
    chat = _ready(start(columns=40))
    chat.enter("When was the ferry Hanako built?")
    shown = chat.see("Confidence")
    chat.enter("When was the ferry Noa built?")
    hebrew = chat.see("Confidence")

    quoted = [each for each in shown.split("\n") if each.startswith("▌")]
    assert "渡船花子" in shown
    assert all(cell_len(each) <= 40 for each in quoted)
    assert "נועה" in hebrew
    _leave(chat)


def test_control_sequences_of_a_document_are_shown_and_not_obeyed(start: Start) -> None:
    chat = _ready(start())
    chat.enter("When was the lamp Vega lit?")
    chat.see("Confidence")
    chat.enter("/source 1")
    chat.see("harbour office")
    chat.enter("/docs lamp")
    chat.see("Vega  lamp")
    chat.type("when was the Lam\t")
    chat.see("Vega")
    _leave_now(chat)

    assert "\x1b]0;owned" not in chat.raw
    assert "\x1b[31m Vega" not in chat.raw
    assert "\x9b" not in chat.raw
    assert "\u202e" not in chat.raw
    assert "1977" in chat.raw


def test_an_index_that_was_built_meanwhile_is_picked_up(
    start: Start, tmp_path: Path
) -> None:
    own = tmp_path / "own"
    _write(own, {"anna.md": TEXTS["ferries/anna.md"]})
    _bot(["index", "corpus", "--index", "index"], own)
    chat = _ready(start("--index", str(own / "index")))
    chat.enter("When was the steamer Otto built?")
    chat.see(r"I don't know|Confidence")

    _write(own, {"otto.md": TEXTS["ferries/otto.md"]})
    _bot(["index", "corpus", "--index", "index"], own)
    chat.enter("When was the steamer Otto built?")

    chat.see("built anew meanwhile")
    assert "1951" in chat.see("Confidence")
    _leave(chat)


def test_colours_are_left_out_where_nobody_wants_them(start: Start) -> None:
    chat = _ready(start(environment={"NO_COLOR": "1"}))
    chat.enter(QUESTION)
    chat.see("Confidence")
    _leave(chat)

    assert not re.search(r"\x1b\[(?:[0-9]+;)*(?:3[0-7]|9[0-7]|38;)[0-9;]*m", chat.raw)


def test_sources_are_links_only_where_the_terminal_shows_them(start: Start) -> None:
    for forced in ("1", "0"):
        chat = _ready(start(environment={"FORCE_HYPERLINK": forced}))
        chat.enter(QUESTION)
        chat.see("Confidence")
        _leave(chat)

        assert ("\x1b]8;" in chat.raw) == (forced == "1")


def test_a_screen_reader_hears_plain_text(start: Start) -> None:
    chat = start("--plain")
    chat.see("You: ")
    chat.enter(QUESTION)
    shown = chat.see("Confidence")
    chat.type("\x04")

    assert chat.end() == 0
    assert 'Quote: "The ferry Anna was built in 1998' in shown
    plain = re.sub(r"\x1b\[\?2004[hl]", "", chat.raw)  # readline's bracketed paste
    assert "\x1b" not in plain


STUCK = """
import threading
from pathlib import Path
from bot.channels.terminal_chat.chat import Manner, chat
from tests.quiet_desk import QuietDesk
chat(QuietDesk, Path("index"), Manner())
"""


def test_ctrl_c_stops_an_answer_and_the_next_one_is_given(start: Start) -> None:
    chat = _ready(start(program=("-c", STUCK)))

    chat.enter("a question that takes for ever")
    chat.see("Looking it up")
    chat.type("\x03")
    chat.see("Stopped")
    chat.enter("a quick question")
    chat.see("Nothing is known of: a quick question")
    _leave(chat)


def test_a_killed_chat_leaves_a_thread_that_goes_on(start: Start) -> None:
    chat = _ready(start())
    chat.enter(QUESTION)
    chat.see("Confidence")
    os.kill(chat.pid, signal.SIGKILL)
    chat.stop()

    again = start("--continue")
    again.see("1998")
    _ready(again)
    _leave(again)


def _resident(pid: int) -> int:
    """Return the memory that a process holds, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0])


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_two_hundred_turns_need_no_more_memory_than_fifty(start: Start) -> None:
    chat = _ready(start())
    messages = [QUESTION, "why?", "what about the steamer Otto?", "/sources", "thanks"]
    sizes = {}
    for turn in range(200):
        chat.enter(messages[turn % len(messages)])
        chat.see(r"Confidence|I don't know|characters|You are welcome")
        sizes[turn + 1] = _resident(chat.pid)
    _leave(chat)

    assert sizes[200] - sizes[50] < 20 * 1024


def test_a_pipe_gets_plain_text_and_commands_work(home: Path) -> None:
    shown = _bot(["chat"], home, stdin=f"hello\n{QUESTION}\nwhy?\n/source 1\n")

    assert shown.startswith("Hello!")
    assert "Reading this as: Why was the ferry Anna built?" in shown
    assert (
        ">>> The ferry Anna was built because the steamer Otto had rusted. <<<" in shown
    )
    assert "\x1b" not in shown


def test_ask_reads_a_pipe_and_explains_itself(home: Path) -> None:
    lines = _bot(
        ["ask", "--json", "--explain", "-k", "1"], home, stdin=f"{QUESTION}\nWho?\n"
    ).splitlines()
    answers = [json.loads(each) for each in lines]

    assert len(answers) == 2
    assert len(answers[0]["citations"]) == 1
    assert answers[0]["short"] == "1998"
    assert any("needed" in each for each in answers[0]["explanation"])


def test_ask_can_be_limited_to_a_folder_or_a_tag(home: Path) -> None:
    for wanted in ("steam", "harbours", "harbours/kiel.md", "har*"):
        answer = json.loads(_bot(["ask", QUESTION, "--json", "--filter", wanted], home))
        shown = [*answer["citations"], *answer["nearest"]]

        assert {each["document"] for each in shown} <= {
            "ferries/otto.md",
            "harbours/kiel.md",
        }


@pytest.fixture
def shell(home: Path) -> Callable[[str], str]:
    """Run shell commands in a home where `bot` is on the path."""
    program = home / "bin" / "bot"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m bot.cli "$@"\n')
    program.chmod(0o755)

    def run(text: str) -> str:
        done = subprocess.run(
            ["/bin/bash", "-c", text],
            cwd=home,
            env={
                **os.environ,
                "HOME": str(home),
                "PATH": f"{program.parent}:{os.environ['PATH']}",
                "PYTHONPATH": str(Path(__file__).parents[1]),
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, f"{text}: {done.stderr}"
        return done.stdout

    return run


def test_completion_is_installed_with_one_command(
    shell: Callable[[str], str], home: Path
) -> None:
    shell("bot --install-completion && true")

    assert "bot" in (home / ".bashrc").read_text()
    asked = "_BOT_COMPLETE=complete_bash COMP_CWORD=1"
    assert shell(f"{asked} COMP_WORDS='bot as' bot").split() == ["ask"]


@pytest.mark.parametrize("command", ["index", "ask", "chat", "search"])
def test_the_examples_of_help_run(
    command: str, shell: Callable[[str], str], home: Path
) -> None:
    (home / "handbook").symlink_to(home / "corpus")
    (home / "queries.jsonl").write_text('{"_id": "1", "text": "ferry"}\n')
    paragraphs = shell(f"bot {command} --help").split("\n\n")
    examples = [
        " ".join(each.split()).removeprefix("Example: ")
        for each in paragraphs
        if each.strip().startswith("Example: ")
    ]

    assert examples
    if command == "index":  # so that there is a generation to go back to
        shell("bot index && echo '# Buoy' > corpus/buoy.md && bot index")
    for example in examples:
        if "--watch" in example:
            continue  # ends with Ctrl-C: it has tests of its own
        shell(example.replace("consortia", "ferries"))
