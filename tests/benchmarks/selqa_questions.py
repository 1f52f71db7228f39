"""Makes a corpus and a question set of SelQA, to learn the evidence model from.

Run as ``python -m tests.benchmarks.selqa_questions dev.jsonl.gz FOLDER``. SelQA
(Jurczyk, Zhai and Choi 2016, Apache-2.0; its text is from Wikipedia, CC BY-SA) gives
sections of articles with questions and the sentences that answer them. The answers to
every second question are taken out of its section, so that the set has questions whose
article is there and whose answer is not: the hard half of knowing when to refuse.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any


def write_set(lines: list[dict[str, Any]], folder: Path) -> None:
    """Write ``corpus/selqa.jsonl`` and ``questions.jsonl``."""
    sections: dict[str, list[str]] = {}
    removed: dict[str, set[str]] = {}
    for each in lines:
        title, said = each["title"], [s.strip() for s in each["candidates"]]
        kept = sections.setdefault(title, [])
        kept.extend(s for s in said if s and s not in kept)
        if _is_odd(each["id"]):
            gone = {said[place] for place in each["answers"]}
            removed.setdefault(title, set()).update(gone)
    documents = []
    for number, (title, said) in enumerate(sections.items()):
        text = " ".join(s for s in said if s not in removed.get(title, ()))
        documents.append({"_id": f"s{number}", "title": title, "text": text})
    ids = {each["title"]: each["_id"] for each in documents}
    questions = []
    for each in lines:
        title, said = each["title"], [s.strip() for s in each["candidates"]]
        gone = removed.get(title, set())
        left = [said[p] for p in each["answers"] if said[p] and said[p] not in gone]
        questions.append(
            {
                "id": f"selqa-{each['id']}",
                "question": each["question"],
                "answerable": bool(left),
                "answers": left,
                "evidence": [{"document": ids[title], "quote": s} for s in left],
                "tags": ["other"] if left else ["other", "missing_attribute"],
            }
        )
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    _write(documents, folder / "corpus" / "selqa.jsonl")
    _write(questions, folder / "questions.jsonl")


def _is_odd(id_: str) -> bool:
    return hashlib.sha256(id_.encode()).digest()[0] % 2 == 1


def _write(rows: list[dict[str, Any]], path: Path) -> None:
    lines = (json.dumps(each, ensure_ascii=False) for each in rows)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Convert the file named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("selqa", type=Path)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    with gzip.open(options.selqa, "rt", encoding="utf-8") as file:
        write_set([json.loads(line) for line in file], options.folder)


if __name__ == "__main__":
    main()
