"""What lines that begin with a slash do."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.channels.terminal_chat.editing import edit_text
from bot.channels.terminal_chat.lines import (
    Line,
    Piece,
    check_lines,
    document_lines,
    lines_of,
    passage_lines,
    source_lines,
)
from bot.channels.terminal_chat.session import LeaveError, Session
from bot.channels.terminal_chat.transcript import FORMS, transcript
from bot.errors import InputError
from bot.records import Answer

_SUGGESTED = 5
_LISTED = 60  # documents; a longer list asks for words to look for


@dataclass(frozen=True, slots=True)
class Command:
    """A command, as /help and completion show it."""

    usage: str
    help: str
    run: Callable[[Session, str], None]

    @property
    def name(self) -> str:
        """What is typed."""
        return self.usage.split(" ", 1)[0]


def run(session: Session, text: str) -> None:
    """Do what a line that begins with a slash says.

    Raises:
        LeaveError: the person leaves.
        BotError: it cannot be done; the message says what to do.
    """
    name, _, argument = text.strip().partition(" ")
    name = _SHORT.get(name, name)
    command = BY_NAME.get(name)
    if command is None:
        known = ", ".join(BY_NAME)
        raise InputError(f"There is no {name}; there are {known}.")
    command.run(session, argument.strip())


def _answer(session: Session) -> Answer:
    if session.answer is None:
        raise InputError("Nothing was asked yet: ask something first.")
    return session.answer


def _sources(session: Session, _argument: str) -> None:
    shown = source_lines(_answer(session), session.address)
    session.screen.show([*shown, Line()])


def _source(session: Session, argument: str) -> None:
    answer = _answer(session)
    shown = answer.citations or answer.nearest
    number = argument.strip("[]") or "1"
    if not number.isdecimal() or not 1 <= int(number) <= len(shown):
        raise InputError(
            f"Name one of the {len(shown)} sources by its number, such as /source 1."
            if shown
            else "The last answer has no sources."
        )
    citation = shown[int(number) - 1]
    text = session.desk().text(citation.document)
    if text is None or text[citation.start : citation.end] != citation.quote:
        raise InputError(
            f"{citation.document} has changed since this answer: ask again, or see "
            "what became of the quote with /verify."
        )
    session.screen.show([*passage_lines(citation, text, session.address), Line()])


def _why(session: Session, _argument: str) -> None:
    answer = _answer(session)
    text = session.wait(lambda: session.desk().explain(answer), "Looking it up")
    session.say(text)


def _next(session: Session, _argument: str) -> None:
    _answer(session)
    session.take_turn(lambda thread: thread.next("/next"))


def _more(session: Session, _argument: str) -> None:
    _answer(session)
    session.take_turn(lambda thread: thread.more("/more"))


def _docs(session: Session, argument: str) -> None:
    words = argument.casefold().split()
    found = [
        each
        for each in session.desk().documents()
        if all(
            word in f"{each.id} {each.title} {' '.join(each.tags)}".casefold()
            for word in words
        )
    ]
    shown = document_lines(found[:_LISTED])
    rest = len(found) - _LISTED
    if rest > 0:
        shown.append(
            Line((Piece(f"... and {rest:,} more: /docs WORDS lists some.", "hint"),))
        )
    if not found:
        raise InputError(f"No document has {argument!r} in its path, title or tags.")
    session.screen.show([*shown, Line()])


def _filter(session: Session, argument: str) -> None:
    if not argument:
        session.say(
            f"Asking only: {session.filter}" if session.filter else "No filter."
        )
        return
    wanted = None if argument == "off" else argument
    count = session.narrow(wanted)
    session.say(f"Asking {count:,} documents from now on.")


def _verify(session: Session, _argument: str) -> None:
    answer = _answer(session)
    checks = session.wait(lambda: session.desk().verify(answer), "Reading the sources")
    session.screen.show([*check_lines(checks), Line()])


def _copy(session: Session, _argument: str) -> None:
    if session.screen.copy(_answer(session).text.strip()):
        session.say("Copied, if your terminal lets programs copy.", "hint")
    else:
        raise InputError("There is no clipboard here: /export md FILE writes a file.")


def _export(session: Session, argument: str) -> None:
    form, _, name = argument.partition(" ")
    form = form or "md"
    if form not in FORMS:
        raise InputError(f"Export to one of {', '.join(FORMS)}, such as /export md.")
    answers = session.memory.thread()
    if not answers:
        raise InputError("Nothing was asked yet: there is nothing to export.")
    file = Path(name.strip()).expanduser() if name else _free_name(form)
    try:
        with file.open("x", encoding="utf-8", errors="replace") as opened:
            opened.write(transcript(answers, form))
    except OSError as error:
        raise InputError(
            f"{file} cannot be written: {error.strerror}. Name another file: "
            f"/export {form} FILE."
        ) from error
    session.say(f"{len(answers)} answers written to {file}.")


def _free_name(form: str) -> Path:
    number = 1
    while (file := Path(f"chat-{number}.{form}")).exists():
        number += 1
    return file


def _feedback(session: Session, argument: str) -> None:
    verdict, _, comment = argument.partition(" ")
    verdicts = {
        "good": True,
        "yes": True,
        "+": True,
        "bad": False,
        "no": False,
        "-": False,
    }
    if verdict not in verdicts:
        raise InputError("Say /feedback good or /feedback bad, and why if you like.")
    answer = _answer(session)
    session.desk().vote(answer, helpful=verdicts[verdict], comment=comment.strip())
    session.say("Thank you, that is stored.")


def _reset(session: Session, _argument: str) -> None:
    session.reset()
    session.say("A new thread: what was said before is forgotten.")


def _index(session: Session, _argument: str) -> None:
    session.say(session.desk().rebuild())
    session.desk().refresh()


def _suggest(session: Session, _argument: str) -> None:
    found = session.wait(
        lambda: session.desk().suggest(_SUGGESTED), "Looking for questions"
    )
    if not found:
        raise InputError("No question was found that is surely answered.")
    session.say("\n".join(found))


def _edit(session: Session, argument: str) -> None:
    text = edit_text(argument, os.environ).strip()
    if not text:
        raise InputError("Nothing was written.")
    session.screen.show([*lines_of(f"> {text}", "heading"), Line()])
    if text.startswith("/"):
        run(session, text)
    else:
        session.ask(text)


def _help(session: Session, _argument: str) -> None:
    width = max(len(each.usage) for each in COMMANDS)
    shown = [
        Line((Piece(f"{each.usage:{width}}  ", "short"), Piece(each.help)))
        for each in COMMANDS
    ]
    session.screen.show([*shown, Line(), *lines_of(_KEYS, "hint"), Line()])


def _quit(_session: Session, _argument: str) -> None:
    raise LeaveError


_KEYS = """\
Enter sends; Alt-Enter, or a backslash before Enter, begins a new line.
Up and Ctrl-R recall what was asked; Tab completes; Ctrl-X Ctrl-E opens $EDITOR.
Ctrl-C stops the answer; Ctrl-D leaves."""

COMMANDS = (
    Command("/sources", "list the sources of the last answer", _sources),
    Command("/source N", "show quote N in its surroundings", _source),
    Command("/why", "show what the last answer was decided on", _why),
    Command("/next", "give the next best answer instead", _next),
    Command("/more", "show further quotes for the last question", _more),
    Command("/docs [WORDS]", "list the documents", _docs),
    Command("/filter PATH|TAG|off", "ask only some of the documents", _filter),
    Command("/verify", "read the sources again: does the quote still stand?", _verify),
    Command("/copy", "copy the last answer", _copy),
    Command("/export md|json|html [FILE]", "write the thread to a file", _export),
    Command("/feedback good|bad [WHY]", "say what you think of the answer", _feedback),
    Command("/suggest", "show questions that are surely answered", _suggest),
    Command("/edit [TEXT]", "write the question in $EDITOR", _edit),
    Command("/reset", "forget the thread and begin another", _reset),
    Command("/index", "bring the index up to date", _index),
    Command("/help", "show this", _help),
    Command("/quit", "leave; Ctrl-D does too", _quit),
)
BY_NAME = {each.name: each for each in COMMANDS}
_SHORT = {"/exit": "/quit", "/q": "/quit", "/?": "/help", "/h": "/help"}
