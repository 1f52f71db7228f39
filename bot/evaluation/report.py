"""The report folder: a page for people, and files for CI and for programs."""

from __future__ import annotations

import json
from pathlib import Path

from bot.errors import InputError
from bot.evaluation.contexts import Contexts
from bot.evaluation.html_page import html_page
from bot.evaluation.junit import junit_xml
from bot.evaluation.outcomes import write_run
from bot.evaluation.verdict import Verdict

PAGE, JUNIT, SUMMARY = "index.html", "junit.xml", "summary.md"
FIGURES, RUN = "summary.json", "run.json"


def write_report(verdict: Verdict, contexts: Contexts, folder: Path) -> None:
    """Write the report; files of an earlier one are replaced.

    ``index.html`` is for people, ``summary.md`` for a comment on a pull request,
    ``junit.xml`` for CI systems, ``summary.json`` for programs, and ``run.json`` is a
    later baseline.

    Raises:
        InputError: a file cannot be written.
    """
    figures = json.dumps(verdict.payload(), ensure_ascii=False, indent=1)
    contents = {
        PAGE: html_page(verdict, contexts).encode("utf-8", "replace"),
        JUNIT: junit_xml(verdict),
        SUMMARY: verdict.markdown().encode("utf-8", "replace"),
        FIGURES: f"{figures}\n".encode("utf-8", "replace"),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in contents.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise InputError(f"{folder} cannot be written: {error.strerror}.") from error
    write_run(verdict.run, folder / RUN)
