"""Opens the index, and the models beside it, while the program is still imported.

Opening the two models takes as much processor time as importing `bot.app`, mostly
outside the interpreter. A command that is going to answer a question begins here, and
imports the rest when both have begun.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.config import Config
from bot.cross_encoders.pairs import LazyPairScorer
from bot.errors import IndexMissingError
from bot.evidence.cross_encoder import open_cross_encoder
from bot.storage import store_of

if TYPE_CHECKING:  # a store imports what it needs when it is opened
    from bot.cross_encoders.pairs import PairScorer
    from bot.stores.protocol import StoredIndex


@dataclass(frozen=True, slots=True)
class Opened:
    """What a bot is joined from by `bot.app.join`."""

    config: Config
    reader: StoredIndex
    scorer: PairScorer | None  # None does without the cross-encoder


def begin(
    config: Config,
    on_missing: Callable[[Config], object] | None = None,
    *,
    encoder: bool = False,
    evidence: bool = False,
) -> Opened:
    """Open the index, and begin to open what the first question will need.

    A model that cannot be opened says so to whoever uses it first.

    Args:
        config: names the index and the models.
        on_missing: builds the index when there is none; by default quietly.
        encoder: open the encoder in the background.
        evidence: open the cross-encoder in the background, if there is one.

    Raises:
        BotError: the corpus or the index cannot be used.
    """
    wanted = config.evidence.cross_encoder
    scorer = LazyPairScorer(open_cross_encoder) if wanted else None
    if scorer and evidence:
        scorer.warm()
    store = store_of(config)
    try:
        reader = store.open(encoder=encoder)
    except IndexMissingError:
        (on_missing or build)(config)
        reader = store.open(encoder=encoder)
    return Opened(config, reader, scorer)


def build(config: Config) -> None:
    """Build or update the index, without telling anyone how it goes.

    Raises:
        BotError: the corpus or the index folder cannot be used.
    """
    store_of(config).build()
