"""Where lines come from: a prompt with history and completion, or a plain stream."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol, TextIO

from bot.channels.terminal_chat.completing import Known, complete


class Prompt(Protocol):
    """Reads what a person types."""

    def read(self) -> str:
        """Return the next message.

        Raises:
            EOFError: there is no more: Ctrl-D, or the end of the stream.
            KeyboardInterrupt: Ctrl-C; what was typed is dropped.
        """
        ...


class StreamPrompt:
    """Reads a line at a time; for pipes, and for people who use a screen reader."""

    def __init__(self, read: TextIO, write: TextIO, prompt: str = "") -> None:
        """Take the streams; the prompt is written before each line."""
        self._read, self._write, self._prompt = read, write, prompt
        if prompt:
            with contextlib.suppress(ImportError):  # Windows has none
                import readline  # noqa: F401, PLC0415 - makes input() edit and recall

    def read(self) -> str:
        """Return the next line."""
        if self._prompt:
            return input(self._prompt)
        line = self._read.readline()
        if not line:
            raise EOFError
        return line


class LivePrompt:
    """A prompt that completes, searches back and takes several lines."""

    def __init__(
        self,
        history: Path | None,
        known: Callable[[], Known],
        status: Callable[[], str],
    ) -> None:
        """Take the file of lines typed before, and what is known while typing.

        Args:
            history: kept from session to session; None remembers this one only.
            known: what can be completed now.
            status: the line at the bottom.
        """
        from prompt_toolkit import PromptSession  # noqa: PLC0415 - 0.2 s: only here
        from prompt_toolkit.auto_suggest import AutoSuggestFromHistory  # noqa: PLC0415
        from prompt_toolkit.filters import Condition  # noqa: PLC0415
        from prompt_toolkit.history import FileHistory, InMemoryHistory  # noqa: PLC0415
        from prompt_toolkit.styles import Style  # noqa: PLC0415

        self._session: PromptSession[str] = PromptSession(
            message=[("class:prompt", "> ")],
            history=FileHistory(str(history)) if history else InMemoryHistory(),
            auto_suggest=AutoSuggestFromHistory(),
            completer=_completer(known),
            complete_while_typing=Condition(self._types_command),
            enable_open_in_editor=True,
            tempfile_suffix=".txt",
            multiline=True,
            prompt_continuation=". ",
            key_bindings=_keys(known),
            bottom_toolbar=lambda: [("class:bottom-toolbar", f" {status()} ")],
            reserve_space_for_menu=4,
            style=Style.from_dict(
                {"prompt": "bold", "bottom-toolbar": "noreverse", "pygments": ""}
            ),
        )

    def read(self) -> str:
        """Return the next message, of one line or several."""
        return self._session.prompt()

    def redraw(self) -> None:
        """Show a new status; may be called on any thread."""
        self._session.app.invalidate()

    def _types_command(self) -> bool:
        return self._session.default_buffer.text.startswith("/")


def _completer(known: Callable[[], Known]) -> Any:  # noqa: ANN401 - imported late
    from prompt_toolkit.completion import Completer, Completion  # noqa: PLC0415

    class FromKnown(Completer):
        def get_completions(
            self,
            document: Any,  # noqa: ANN401 - prompt_toolkit's
            complete_event: Any,  # noqa: ANN401, ARG002 - the same
        ) -> Iterator[Completion]:
            for each in complete(document.text_before_cursor, known()):
                yield Completion(
                    each.text, start_position=-each.replaces, display_meta=each.note
                )

    return FromKnown()


def _keys(known: Callable[[], Known]) -> Any:  # noqa: ANN401 - imported late
    """Enter sends; Alt-Enter, or Enter after a backslash, begins a new line.

    Tab completes at once what has one completion, before the menu has come up.
    """
    from prompt_toolkit.enums import DEFAULT_BUFFER  # noqa: PLC0415
    from prompt_toolkit.filters import has_focus  # noqa: PLC0415
    from prompt_toolkit.key_binding import KeyBindings  # noqa: PLC0415

    keys = KeyBindings()
    typing = has_focus(DEFAULT_BUFFER)  # and not searching back

    @keys.add("enter", filter=typing)
    def _(event: Any) -> None:  # noqa: ANN401 - prompt_toolkit's
        buffer = event.current_buffer
        if buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    @keys.add("tab", filter=typing)
    def _(event: Any) -> None:  # noqa: ANN401 - the same
        buffer = event.current_buffer
        if buffer.complete_state:
            buffer.complete_next()
            return
        candidates = complete(buffer.document.text_before_cursor, known())
        if len(candidates) == 1:
            buffer.delete_before_cursor(candidates[0].replaces)
            buffer.insert_text(candidates[0].text)
        else:
            buffer.start_completion(select_first=False)

    @keys.add("escape", "enter", filter=typing)
    def _(event: Any) -> None:  # noqa: ANN401 - the same
        event.current_buffer.insert_text("\n")

    return keys
