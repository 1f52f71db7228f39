"""Fuzzes one parser with atheris, from real files on; README.md beside it says how.

>>> sorted(PARSERS)
['html', 'message', 'pdf', 'zip']
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from bot.config import CorpusConfig
from bot.ingest.decoding import UndecodableError
from bot.ingest.documents import UnusableError
from bot.records import Document

FILES = Path(__file__).parent.parent / "data" / "formats"
PARSERS = {  # module and suffix of the files to begin with
    "html": ("bot.ingest.html", ".html"),
    "message": ("bot.ingest.message", ".eml"),
    "pdf": ("bot.ingest.pdf", ".pdf"),
    "zip": ("bot.ingest.zip_archive", ".zip"),
}
LIMITS = CorpusConfig(max_characters=200_000, max_inflated_mib=5)
_LONGEST = 200_000  # bytes of a file that is tried


def main() -> None:
    """Fuzz until the time is over or something is found."""
    import atheris  # noqa: PLC0415 - installed for this alone

    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("format", choices=sorted(PARSERS))
    arguments.add_argument("--seconds", type=int, default=60)
    chosen = arguments.parse_args()
    module, suffix = PARSERS[chosen.format]
    with atheris.instrument_imports(include=["bot.ingest", "email", "zipfile"]):
        read = import_module(module).read

    def try_one(data: bytes) -> None:
        try:
            found = read(f"a{suffix}", data, LIMITS)
        except (UnusableError, UndecodableError):
            return
        for each in found:
            if isinstance(each, Document):
                for block in each.blocks:
                    if not each.text[block.start : block.end].strip():
                        raise AssertionError("a passage that says nothing")

    with tempfile.TemporaryDirectory() as folder:
        for number, file in enumerate(sorted(FILES.rglob(f"*{suffix}"))):
            shutil.copy(file, Path(folder) / f"{number}{suffix}")
        options = [f"-max_total_time={chosen.seconds}", f"-max_len={_LONGEST}"]
        atheris.Setup([sys.argv[0], *options, folder], try_one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
