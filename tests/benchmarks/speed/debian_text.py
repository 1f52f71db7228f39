"""Makes the text that speed is measured on: passages of Debian's documentation.

The packages are fetched with `apt-get download` and unpacked, never installed. Their
text stays out of the repository; this list and the rules below make it again.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

WORDS = 94  # of a passage
PER_DOCUMENT = 8  # passages that follow one another in a document
QUERIES = 300
_PACKAGES = """apache2-doc bind9-doc cmake-doc debian-faq debian-handbook debian-policy
debian-reference-en developers-reference erlang-doc git-doc harden-doc imagemagick-6-doc
libglib2.0-doc libgtk-3-doc linux-doc-6.1 maint-guide manpages nodejs-doc openjdk-17-doc
postfix-doc postgresql-doc-15 python-django-doc python-pandas-doc python-sqlalchemy-doc
python3.11-doc r-doc-html racket-doc rust-doc sqlite3-doc vim-doc""".split()
_MOST_PAGES = 3_000  # of a package, so that none outweighs the others
_LEAST_PROSE = 0.72  # of a passage's words are letters only: tables and code are fewer
_FOREIGN = re.compile(
    r"/(?!en-US/)[a-z]{2,3}-[A-Z]{2}/|\.(?!en\b)[a-z]{2}(-[a-z]+)?(\.[\w-]+)?$"
    r"|/(search|genindex|py-modindex|index-all|allclasses)[\w-]*\.html|/_sources/"
)
_HIDDEN = re.compile(r"(?is)<(script|style|head|nav|pre|svg)\b.*?</\1\s*>|<!--.*?-->")
_TAG = re.compile(r"<[^>]{0,2000}>")
_ROFF = re.compile(r"(?m)^[.'].*$|\\f[BIRP]|\\[&%|]")
_LETTERS = re.compile(r"[A-Za-z][a-z'’-]*[.,;:!?)]*")
_START = re.compile(r"^[^\w\"'(]+")
_SPELLED = re.compile(r"[^\W\d_]+(?:[-'][^\W\d_]+)*|\d+")


def fetch(folder: Path) -> Path:
    """Download and unpack the packages that are not there yet; return where they are.

    Raises:
        CalledProcessError: a package cannot be had; `apt-get update` may help.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PACKAGES:
        target = folder / name
        if target.exists():
            continue
        subprocess.run(["apt-get", "download", "-qq", name], cwd=folder, check=True)  # noqa: S607 - from the path, as a person would
        [archive] = folder.glob(f"{name}_*.deb")
        draft = folder / f".{name}"
        subprocess.run(["dpkg-deb", "-x", archive, draft], check=True)  # noqa: S607 - the same
        draft.rename(target)
        archive.unlink()
    return folder


def pages(folder: Path) -> Iterator[list[str]]:
    """Yield the passages of each page, in an order that mixes the packages."""
    found = []
    for name in _PACKAGES:
        files = [
            file
            for file in sorted((folder / name).rglob("*"))
            if file.is_file() and not file.is_symlink() and _is_text(file)
        ]
        found += sorted(files, key=_mixed)[:_MOST_PAGES]
    for file in sorted(found, key=_mixed):
        words = _text(file).split()
        cut = (words[at : at + WORDS] for at in range(0, len(words), WORDS))
        passages = [_START.sub("", " ".join(each)) for each in cut if _is_prose(each)]
        if passages:
            yield passages


def write_text(packages: Path, folder: Path, sizes: Sequence[int]) -> None:
    """Write `corpus-N/passages.jsonl` for each size, and `queries.jsonl`.

    A smaller corpus is the beginning of a larger one. A query is a run of three to
    ten words from a page that is in none of them.

    Raises:
        ValueError: the packages hold too little text.
    """
    documents: list[list[str]] = []
    seen: set[str] = set()
    apart: list[str] = []
    wanted = max(sizes)
    for number, page in enumerate(pages(packages)):
        fresh = [each for each in dict.fromkeys(page) if each not in seen]
        seen.update(fresh)
        if number % 8 == 0 and len(apart) < QUERIES:
            apart += fresh[:1]
            continue
        documents += [
            fresh[at : at + PER_DOCUMENT] for at in range(0, len(fresh), PER_DOCUMENT)
        ]
        wanted -= len(fresh)
        if wanted <= 0 and len(apart) == QUERIES:
            break
    for size in sizes:
        _write_corpus(documents, size, folder / f"corpus-{size}" / "passages.jsonl")
    with (folder / "queries.jsonl").open("w", encoding="utf-8") as file:
        for number, passage in enumerate(apart):
            words = _SPELLED.findall(passage)
            start = _number(passage) % max(len(words) - 12, 1)
            text = " ".join(words[start : start + 3 + number % 8])
            file.write(json.dumps({"_id": f"q{number}", "text": text}) + "\n")


def _write_corpus(documents: Sequence[Sequence[str]], size: int, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    left = size
    with file.open("w", encoding="utf-8") as lines:
        for number, passages in enumerate(documents):
            taken = passages[:left]
            left -= len(taken)
            row = {"_id": f"d{number:07}", "text": "\n\n".join(taken)}
            lines.write(json.dumps(row) + "\n")
            if not left:
                return
    raise ValueError(f"the packages hold {size - left} passages, not {size}")


def _is_text(file: Path) -> bool:
    name = str(file)
    if _FOREIGN.search(name):
        return False
    return re.search(r"\.(html?|txt|rst|[1-8])(\.en)?(\.gz)?$", name) is not None


def _text(file: Path) -> str:
    data = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else None
    raw = (data or file.read_bytes()).decode("utf-8", "replace")
    if ".htm" in file.name:
        return html.unescape(_TAG.sub(" ", _HIDDEN.sub(" ", raw)))
    return _ROFF.sub(" ", raw)


def _is_prose(words: Sequence[str]) -> bool:
    if len(words) < WORDS:
        return False
    plain = sum(_LETTERS.fullmatch(each) is not None for each in words)
    return plain >= _LEAST_PROSE * len(words)


def _mixed(file: Path) -> tuple[int, str]:
    return _number(file.name + file.parent.name), str(file)


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])
