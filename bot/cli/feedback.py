"""The commands of `bot feedback`: votes become test questions."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.options import Index, Settings, print_json
from bot.errors import InputError

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="What people think of answers."
)


@app.callback()
def main() -> None:
    """Keep `export` a command of its own: a lone command would become the group."""


@app.command()
def export(
    *,
    review: Annotated[
        bool,
        typer.Option("--review", help="Only what a person has to complete first."),
    ] = False,
    index: Index = None,
    config: Settings = None,
) -> None:
    """Print the votes as test questions, one JSON object a line, for `bot eval`.

    Example: bot feedback export > tests/data/feedback.jsonl
    """
    from bot.app import configure  # noqa: PLC0415 - keeps --help quick
    from bot.channels.slack.export import to_test_questions  # noqa: PLC0415 - the same
    from bot.state.opening import has_state, open_state  # noqa: PLC0415 - the same

    settings = configure(None, index, config)
    if not has_state(settings):
        path = settings.state_path
        raise InputError(f"{path} does not exist: nobody has voted yet.")
    state = open_state(settings)
    try:
        votes = state.feedback.votes()
    finally:
        state.backend.close()
    for each in to_test_questions(votes):
        if ("review" in each["tags"]) == review:
            print_json(each)
