"""Builds to be interrupted: what was there before, and what may be there after."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.config import Config, EncoderConfig
from bot.errors import IndexMissingError
from bot.indexing.rollback import roll_back
from bot.stores.generations import IndexFolder, hold
from tests.small_index import TEXTS, answers, build, settings, write_corpus

EDITED = {
    **{name: text for name, text in TEXTS.items() if name != "ships/ferry.md"},
    "ships/tug.md": TEXTS["ships/tug.md"].replace("3,000", "4,000"),
    "docks/dry.md": "# Dry dock\n\nA dry dock is where ships are mended.\n",
}
MANY = {
    f"{letter}/{number}.md": f"# {letter}{number}\n\nShip {number} is at sea.\n"
    for letter in "ab"
    for number in range(70)
}

Answers = dict[str, Any]


@dataclass(frozen=True)
class Scenario:
    """One build, or one rollback, over an index that may be there already."""

    name: str
    before: tuple[Mapping[str, str], ...]  # corpora that were indexed, in order
    corpus: Mapping[str, str]
    act: Callable[[Config], object] = build
    keep: int = 2
    model: str = ""

    def prepare(self, folder: Path) -> Config:
        """Make the state before, and the corpus that is built from."""
        config = settings(folder, keep=self.keep)
        for texts in self.before:
            write_corpus(folder / "corpus", texts)
            build(config)
        write_corpus(folder / "corpus", self.corpus)
        return dataclasses.replace(config, encoder=EncoderConfig(self.model))

    def states(self, folder: Path) -> list[Answers | None]:
        """Return the answers of every state that an interruption may leave."""
        before = _answers_of_any(settings(folder, keep=self.keep))
        copy = folder.parent / f"{folder.name}-done"
        shutil.copytree(folder, copy)
        config = self.moved(copy)
        self.act(config)
        after = answers(config)
        shutil.rmtree(copy)
        return [before, after]

    def moved(self, folder: Path) -> Config:
        """Name the copy of a prepared folder."""
        config = settings(folder, keep=self.keep)
        return dataclasses.replace(config, encoder=EncoderConfig(self.model))


def rebuild(config: Config) -> object:
    """Build using nothing of the present index."""
    return build(config, rebuild=True)


SCENARIOS = {
    each.name: each
    for each in (
        Scenario("first", (), TEXTS),
        Scenario("update", (TEXTS,), EDITED),
        Scenario("update-keeping-one", (TEXTS, EDITED), TEXTS, keep=1),
        Scenario("rebuild", (TEXTS, EDITED), TEXTS, rebuild),
        Scenario("other-encoder", (TEXTS,), TEXTS, model="other-words"),
        Scenario("more-buckets", (TEXTS,), {**TEXTS, **MANY}),
        Scenario("fewer-buckets", ({**TEXTS, **MANY},), TEXTS),
        Scenario("roll-back", (TEXTS, EDITED), EDITED, roll_back),
        Scenario("nothing-to-do", (TEXTS,), TEXTS),
    )
}


def _answers_of_any(config: Config) -> Answers | None:
    try:
        return answers(config)
    except IndexMissingError:
        return None


def state(config: Config) -> Answers | None:
    """Return what the index says now, whichever encoder it has; None for no index."""
    folder = IndexFolder(config.index_path)
    try:
        held = hold(folder, folder.pointer().generation)
    except IndexMissingError:
        return None
    held.release()
    model = EncoderConfig(held.manifest.encoder.model)
    return _answers_of_any(dataclasses.replace(config, encoder=model))


def debris(config: Config) -> list[str]:
    """Return files of an index that no generation needs."""
    folder = IndexFolder(config.index_path)
    needed = {"LOCK", "CURRENT", "README.md", ".gitignore"}
    for number in folder.generations():
        held = hold(folder, number)
        held.release()
        needed.add(folder.manifest_path(number).name)
        needed |= {each.sha256 for each in held.manifest.objects()}
    return [
        str(file)
        for file in config.index_path.rglob("*")
        if file.is_file() and file.name not in needed
    ]
