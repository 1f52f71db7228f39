"""The commands of `bot eval`: each reads its arguments, makes one call and prints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from bot.cli.eval_runs import (
    Places,
    measure_answers,
    measure_retrieval,
    measure_settings,
)
from bot.cli.measuring import (
    open_subject,
    refused_questions,
    select_questions,
    voted_questions,
)
from bot.cli.options import Corpus, Index, Json, Settings, print_text
from bot.errors import InputError

_DEFAULT = "run"
_TOLERANCE = 0.02  # bot.evaluation.gate.TOLERANCE, whose import would slow --help
_Split = Literal["dev", "test", "all"]


class EvalCommands(TyperGroup):
    """Takes what is no command for the question file: `bot eval FILE` is `eval run`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - its module differs between releases of typer
        """Put the default command before arguments that name none."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=EvalCommands,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Measure the answers: bot eval QUESTIONS.jsonl, which is short for `run`.",
)

Questions = Annotated[Path, typer.Argument(help="Question set, JSONL or CSV.")]
Cache = Annotated[
    Path | None,
    typer.Option(help="Folder of known answers.", show_default=".bot-cache/eval"),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Ask everything again.")]
Report = Annotated[Path | None, typer.Option(help="Folder for the report.")]
SplitOption = Annotated[
    _Split, typer.Option(help="Part of the set: dev to tune on, test to report.")
]
Only = Annotated[
    list[str] | None, typer.Option(help="Only questions with this tag; repeatable.")
]


@app.command(_DEFAULT)
def run(
    questions: Annotated[
        Path | None, typer.Argument(help="Question set, JSONL or CSV.")
    ] = None,
    *,
    split: SplitOption = "all",
    only: Only = None,
    report: Report = None,
    save: Annotated[
        Path | None, typer.Option(help="File for this run, a later --baseline.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Run to compare with; worse exits with 4.")
    ] = None,
    fail_under: Annotated[
        str, typer.Option(help="Bounds such as nDCG@10=0.7,error=0.05; else exit 4.")
    ] = "",
    tolerance: Annotated[
        float, typer.Option(min=0, help="Loss against the baseline that passes.")
    ] = _TOLERANCE,
    sweep: Annotated[
        list[str] | None,
        typer.Option(help="Values to try on dev: answers.threshold=0.3,0.5"),
    ] = None,
    queries: Annotated[
        Path | None, typer.Option(help='JSONL of {"_id", "text"}: retrieval alone.')
    ] = None,
    qrels: Annotated[
        Path | None, typer.Option(help="Judgements for --queries or --run.")
    ] = None,
    run_file: Annotated[
        Path | None, typer.Option("--run", help="TREC run to measure by --qrels.")
    ] = None,
    cache: Cache = None,
    no_cache: NoCache = False,
    json_: Json = False,
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    """Measure answers on a question set, or retrieval alone with --qrels.

    Example: bot eval tests/data/questions.jsonl --split dev --save base.json

    Example: bot eval questions.jsonl --baseline base.json --report report

    Example: bot eval questions.jsonl --sweep retrieval.lexical_weight=0.3,0.5,0.7

    Example: bot eval --queries queries.jsonl --qrels qrels.tsv --index scifact-index
    """
    from bot.app import configure  # noqa: PLC0415 - keeps --help quick
    from bot.evaluation.verdict import read_demands  # noqa: PLC0415

    settings = configure(corpus, index, config)
    if qrels is not None:
        measure_retrieval(settings, queries, qrels, run_file, json_=json_)
        return
    if questions is None or queries is not None or run_file is not None:
        raise typer.BadParameter(
            "Give QUESTIONS, or --qrels FILE with --queries FILE or --run FILE."
        )
    known = None if no_cache else cache or settings.folder / ".bot-cache" / "eval"
    if sweep:
        if split == "test":
            raise typer.BadParameter("--sweep is for dev: test would be tuned on.")
        asked = select_questions(questions, "dev", only)
        measure_settings(settings, asked, sweep, Places(known, report), json_=json_)
        return
    demands = read_demands(baseline, fail_under, tolerance)
    asked = select_questions(questions, split, only)
    measure_answers(settings, asked, demands, Places(known, report, save), json_=json_)


@app.command()
def check(
    questions: Questions,
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    """List every fault of a question set, by line and field; exit code 1 if any.

    Quotes are looked up in the index, so documents of all formats are covered.

    Example: bot eval check questions.csv
    """
    from bot.app import configure  # noqa: PLC0415 - keeps --help quick
    from bot.evaluation.question_sets import (  # noqa: PLC0415
        check_evidence,
        examine_question_set,
    )

    found, problems = examine_question_set(questions)
    named = {each for question in found for each in question.documents}
    with open_subject(configure(corpus, index, config)) as subject:
        texts = {each: text for each in named if (text := subject.read_text(each))}
    problems.extend(check_evidence(found, texts))
    for each in sorted(problems):
        typer.echo(f"{questions}, {each}")
    if problems:
        raise typer.Exit(1)
    print_text(f"{len(found)} questions, no fault.")


@app.command()
def init(
    file: Annotated[Path, typer.Argument(help="JSONL file to write.")],
    count: Annotated[int, typer.Option(min=1, help="Questions at most.")] = 30,
    *,
    corpus: Corpus = None,
    index: Index = None,
    config: Settings = None,
) -> None:
    """Draft a question set from the documents, votes and refused questions.

    The drafts are for people to complete: `bot eval check FILE` lists what is missing.

    Example: bot eval init questions.jsonl
    """
    from bot.app import configure  # noqa: PLC0415 - keeps --help quick
    from bot.evaluation.drafting import draft, write_drafts  # noqa: PLC0415

    if file.exists():
        raise InputError(f"{file} exists: name a new file, nothing is overwritten.")
    settings = configure(corpus, index, config)
    with open_subject(settings) as subject:
        drafts = draft(
            subject, voted_questions(settings), refused_questions(settings), count
        )
    write_drafts(drafts, file)
    print_text(f"{len(drafts)} drafts in {file}: complete them, then bot eval check.")
