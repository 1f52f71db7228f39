"""The bot: asked a question, it answers from one generation of an index."""

from __future__ import annotations

import dataclasses
import functools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Self

from bot import answering
from bot.answering import Found, Setting
from bot.calibration.probability import IDENTITY, Calibration
from bot.config import Config
from bot.conversation.threads import Conversation
from bot.cross_encoders.pairs import PairScorer
from bot.evidence.lists import rank_texts
from bot.finding import Finder
from bot.identity import deciding_settings
from bot.questions.languages import languages_of
from bot.questions.reading import read_question
from bot.questions.twofold import questions_of
from bot.receipts.log import ReceiptLog
from bot.receipts.threads import ThreadLog
from bot.receipts.writing import Asked
from bot.records import Answer, Hit, Shown
from bot.retrieval.reranking import Reranker
from bot.retrieval.retriever import Mode, best_per_document
from bot.stores.protocol import Reader, Visible
from bot.timing import Watch
from bot.wording import Templates

_DOCUMENTS_LOOKED_AT = 50  # to tell the languages of the corpus
_PER_DOCUMENT = 3  # chunks looked at for each document wanted


@dataclass(frozen=True, slots=True)
class Bot:
    """Answers questions from one generation of an index."""

    reader: Reader
    config: Config
    calibration: Calibration = IDENTITY
    scorer: PairScorer | None = None  # None does without the cross-encoder
    log: ReceiptLog | None = None  # None keeps no receipts
    templates: Templates = field(default_factory=Templates)
    reranker: Reranker | None = None  # None keeps the order of the search

    def ask(
        self,
        question: str,
        *,
        visible: Visible = None,
        within: frozenset[str] | None = None,
    ) -> Answer:
        """Answer one question, or refuse with a reason, and keep a receipt.

        Args:
            question: in any style; what is beyond 4,000 characters is cut.
            visible: collections the asker may see; None is all.
            within: ids of the only documents to answer from; None is all.

        Raises:
            InputError: the question holds no letter and no digit.
        """
        answered = self.answer(question, visible=visible, within=within)
        if self.log is not None:
            self.log.write(Asked(question, visible, alone=within is None), answered)
        return answered

    def answer(
        self,
        question: str,
        *,
        visible: Visible = None,
        skip: Shown = frozenset(),
        also: str | None = None,
        within: frozenset[str] | None = None,
    ) -> Answer:
        """Answer like `ask`, without a receipt: for what no one is shown.

        Args:
            question: as for `ask`.
            visible: as for `ask`.
            skip: places that are not to be quoted: document, start and end.
            also: another wording of the question; its passages are looked at as well,
                and the evidence is still weighed against the question.
            within: ids of the only documents to answer from.
        """
        watch = Watch()
        setting = Setting(self.reader, self.config.answers, self.templates)
        id_, (first, *others) = secrets.token_hex(8), questions_of(question)
        if others:  # each by its own evidence; `also` is another wording of the whole
            founds = [
                self.find(each, visible=visible, skip=skip, within=within, watch=watch)
                for each in (first, *others)
            ]
            reading = read_question(question)
            composed = answering.answer_parts(reading, founds, setting, id_)
        else:
            found = self.find(
                question,
                visible=visible,
                skip=skip,
                also=also,
                within=within,
                watch=watch,
            )
            composed = answering.answer(found, setting, id_)
        return dataclasses.replace(composed, timings_ms=watch.read())

    def find(
        self,
        question: str,
        *,
        visible: Visible = None,
        skip: Shown = frozenset(),
        also: str | None = None,
        within: frozenset[str] | None = None,
        watch: Watch | None = None,
    ) -> Found:
        """Return everything that an answer is decided on; arguments as of `answer`."""
        return self._finder.find(
            question,
            watch or Watch(),
            visible=visible,
            skip=skip,
            also=also,
            within=within,
        )

    def search(
        self,
        query: str,
        k: int = 10,
        *,
        mode: Mode = "hybrid",
        visible: Visible = None,
    ) -> list[Hit]:
        """Return the k best passages with their raw scores, best first.

        Only the mode "hybrid" has its first passages read again by a reranker.
        """
        return self._finder.search(query, k, mode=mode, visible=visible)

    def search_documents(
        self, query: str, k: int = 10, *, mode: Mode = "hybrid"
    ) -> list[Hit]:
        """Return the best passage of each of the k best documents, best first."""
        return best_per_document(self.search(query, _PER_DOCUMENT * k, mode=mode))[:k]

    def rank_sentences(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Say how well each sentence answers the question, aligned, in [0, 1]."""
        reading = read_question(question)
        return rank_texts(reading, sentences, self.reader.encoder, self.scorer)

    def conversation(
        self, *, visible: Visible = None, turns: Sequence[Answer] = ()
    ) -> Conversation:
        """Open a thread that remembers what was asked.

        Args:
            visible: collections the asker may see; None is all.
            turns: what was answered in the thread before, oldest first.
        """
        languages = functools.partial(self.languages, visible=visible)
        if self.log is None:
            answer = functools.partial(self.answer, visible=visible)
            return Conversation(
                answer, languages, turns=list(turns), templates=self.templates
            )
        thread = ThreadLog(self.log)

        def try_out(question: str, **options: Any) -> Answer:  # noqa: ANN401 - those of `answer`
            tried = self.answer(question, visible=visible, **options)
            alone = not any(options.values())
            thread.tried(Asked(question, visible, alone=alone), tried)
            return tried

        return Conversation(
            try_out,
            languages,
            given=thread.given,
            turns=list(turns),
            templates=self.templates,
        )

    def languages(self, *, visible: Visible = None) -> tuple[str, ...]:
        """Name the languages of the documents, the commonest first."""
        some = islice(self.reader.documents(visible), _DOCUMENTS_LOOKED_AT)
        return languages_of(self.reader.text(each.id) for each in some)

    def close(self) -> None:
        """Let the index go, once all receipts are written."""
        if self.log is not None:
            self.log.close()
        self.reader.close()

    def __enter__(self) -> Self:
        """Use the bot in a ``with`` statement."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the index go at the end of the ``with`` statement."""
        self.close()

    @property
    def settings(self) -> dict[str, Any]:
        """Everything set that decides answers, by section, the index apart."""
        map_ = {
            "slope": self.calibration.slope,
            "intercept": self.calibration.intercept,
        }
        named = self.reranker.name if self.reranker else None
        return {
            **deciding_settings(self.config, named),
            "calibration": map_,
            "templates": self.templates.hashes,
        }

    @property
    def _finder(self) -> Finder:
        return Finder(
            self.reader,
            self.config.retrieval,
            self.calibration,
            self.scorer,
            self.reranker,
        )
