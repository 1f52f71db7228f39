"""The commands about answers that were given: verify, replay, diff and gaps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import Corpus, Index, Json, Settings, print_json, print_text
from bot.errors import InputError

if TYPE_CHECKING:
    from bot.app import Bot
    from bot.config import Config
    from bot.receipts.gaps import Gaps
    from bot.receipts.replay import Replayer
    from bot.state.receipts import Receipt, Receipts

LAST = "last"
_FAILED = 1  # exit code: a quote no longer holds, or the bytes are others

Wanted = Annotated[
    str, typer.Argument(help=f"Receipt id, the `id` of an answer; or `{LAST}`.")
]
Question = Annotated[
    str | None,
    typer.Option(help="Its question, where the receipt does not keep it."),
]
Stubs = Annotated[
    Path | None,
    typer.Option(help="Question set that gets a stub of each gap, for --json too."),
]


def mount(app: typer.Typer) -> None:
    """Add the commands to the program's."""
    app.command()(verify)
    app.command()(replay)
    app.command()(diff)
    app.command()(gaps)


def verify(
    receipt: Annotated[
        str | None,
        typer.Argument(help=f"Receipt id, or `{LAST}`.", show_default="all receipts"),
    ] = None,
    *,
    json_: Json = False,
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    """Read the sources again: is each quote intact, moved, changed or gone?

    The index takes no part. intact: it stands where it stood. moved: it stands
    elsewhere, in its document or another. changed: its document says it no more.
    gone: its document is gone or cannot be read. Exit code 1 for the last two.

    Example: bot verify last

    Example: bot verify --json > verified.jsonl
    """
    from bot.app import configure  # noqa: PLC0415 - keeps --help quick
    from bot.receipts.sources import Sources  # noqa: PLC0415
    from bot.receipts.verify import verify as check  # noqa: PLC0415
    from bot.reports.receipts import verified_text, verified_texts  # noqa: PLC0415

    settings = configure(corpus, index, config)
    with _store(settings) as store:
        place = _place(settings)
        chosen = store.all(place) if receipt is None else [_get(store, receipt, place)]
    found = check(chosen, Sources(settings.corpus_path, settings.corpus))
    if json_:
        for each in found:
            print_json(each.payload())
    else:
        text = verified_texts(found) if receipt is None else verified_text(found[0])
        print_text(text)
    if not all(each.holds for each in found):
        raise typer.Exit(_FAILED)


def replay(
    receipt: Wanted,
    question: Question = None,
    *,
    json_: Json = False,
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    """Ask a question again: the same bytes, or what changed since.

    What can change is the index, a setting or the program. Exit code 1 if the answer
    is not the same, byte for byte.

    Example: bot replay 1f0c9a7be2d4450e

    Example: bot replay last --json
    """
    from bot.app import configure  # noqa: PLC0415 - keeps --help quick
    from bot.reports.receipts import replay_text  # noqa: PLC0415

    settings = configure(corpus, index, config)
    with _store(settings) as store, _open(settings) as bot:
        wanted = _get(store, receipt, _place(settings))
        found = _replayer(bot, store).replay(wanted, question)
    if json_:
        print_json(found.payload())
    else:
        print_text(replay_text(found))
    if not found.same_bytes:
        raise typer.Exit(_FAILED)


def diff(
    *,
    json_: Json = False,
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    """List past answers that the current index changes, makes possible or impossible.

    Each question is asked again and compared with its last answer from an earlier
    index. An answer whose quotes only stand elsewhere is the same.

    Example: bot index && bot diff

    Example: bot diff --json
    """
    from bot.app import configure  # noqa: PLC0415 - keeps --help quick
    from bot.reports.receipts import diff_text  # noqa: PLC0415

    settings = configure(corpus, index, config)
    with _store(settings) as store, _open(settings) as bot:
        found = _replayer(bot, store).diff(store.all(_place(settings)))
    if json_:
        for each in found:
            print_json(each.payload())
    else:
        print_text(diff_text(found))


def gaps(
    stubs: Stubs = None,
    *,
    json_: Json = False,
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    """Group refused questions: why, which section is nearest, and who owns it.

    Each is asked again; those that are answered by now are no gaps any more. With
    --stubs, a question that the file lacks is added to it as one without an answer,
    for whoever knows better to complete.

    Example: bot gaps

    Example: bot gaps --stubs gaps.jsonl
    """
    from bot.app import configure  # noqa: PLC0415 - keeps --help quick
    from bot.receipts.gaps import find_gaps  # noqa: PLC0415
    from bot.reports.receipts import gaps_text  # noqa: PLC0415

    settings = configure(corpus, index, config)
    with _store(settings) as store, _open(settings) as bot:
        found = find_gaps(
            store.all(_place(settings)),
            lambda question, visible: bot.ask(question, visible=visible),
            bot.reader.encoder,
        )
    if json_:
        for each in found.gaps:
            print_json(each.payload())
    else:
        print_text(gaps_text(found))
    if stubs is not None:
        added = _add_stubs(found, stubs)
        typer.echo(f"{added} questions added to {stubs}.", err=True)


@contextmanager
def _store(config: Config) -> Iterator[Receipts]:
    from bot.state.opening import has_state, open_receipts  # noqa: PLC0415

    if not has_state(config):
        raise InputError(
            f"There are no receipts yet: {config.state_path} is written when a "
            "question is answered, unless [receipts] in bot.toml turns that off."
        )
    store = open_receipts(config)
    try:
        yield store
    finally:
        store.close()


def _open(config: Config) -> Bot:
    from bot.app import open_bot  # noqa: PLC0415 - keeps --help quick
    from bot.cli.progress import notice  # noqa: PLC0415

    return open_bot(config=config, notice=notice, receipts=False)


def _place(config: Config) -> str:
    return config.index_path.absolute().name


def _get(store: Receipts, id_: str, place: str) -> Receipt:
    if id_ == LAST:
        newest = store.all(place)[:1]
        if not newest:
            raise InputError(f"No answer of the index {place} has a receipt yet.")
        return newest[0]
    receipt = store.get(id_)
    if receipt is None:
        raise InputError(
            f"There is no receipt {id_!r}: it was never written here, or is older than "
            "receipts.keep_days. `bot verify` names those that there are."
        )
    return receipt


def _replayer(bot: Bot, store: Receipts) -> Replayer:
    from bot.receipts.replay import Replayer  # noqa: PLC0415 - keeps --help quick

    return Replayer(
        lambda question, visible: bot.ask(question, visible=visible),
        bot.reader.fingerprint,
        bot.settings,
        store.settings,
    )


def _add_stubs(found: Gaps, path: Path) -> int:
    from bot.evaluation.question_sets import (  # noqa: PLC0415 - keeps --help quick
        parse_question,
        read_question_set,
        write_question_set,
    )

    there = read_question_set(path) if path.exists() else []
    known = {each.id for each in there}
    stubs = {
        stub["id"]: stub
        for gap in found.gaps
        for member in gap.members
        if (stub := member.stub())["id"] not in known
    }
    new = [parse_question(each, 0, []) for each in stubs.values()]
    write_question_set([*there, *(each for each in new if each is not None)], path)
    return len(stubs)
