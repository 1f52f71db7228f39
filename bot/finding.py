"""One question's way from its text to weighed evidence, and to ranked passages."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering import Found
from bot.calibration.probability import Calibration
from bot.config import RetrievalConfig
from bot.cross_encoders.pairs import PairScorer
from bot.dense import Floats
from bot.errors import InputError
from bot.evidence.decision import confidence
from bot.evidence.features import weigh
from bot.evidence.gathering import gather
from bot.evidence.settling import settled
from bot.questions.reading import read_question
from bot.records import Hit, Reading, Shown
from bot.retrieval.reranking import Reranker
from bot.retrieval.retriever import Mode, Retriever
from bot.retrieval.scope import merged, search_within, unshown
from bot.stores.protocol import Reader, Visible
from bot.text.terms import tokenize
from bot.timing import Watch


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds what an answer is decided on, and decides nothing itself."""

    reader: Reader
    config: RetrievalConfig
    calibration: Calibration
    scorer: PairScorer | None  # None does without the cross-encoder
    reranker: Reranker | None  # None keeps the order of the search

    def find(
        self,
        question: str,
        watch: Watch,
        *,
        visible: Visible = None,
        skip: Shown = frozenset(),
        also: str | None = None,
        within: frozenset[str] | None = None,
    ) -> Found:
        """Return everything that an answer is decided on.

        Args:
            question: one question.
            watch: times the stages.
            visible: collections the asker may see; None is all.
            skip: places that are no evidence, since they were quoted before.
            also: another wording of the question; its passages are looked at as well.
            within: ids of the only documents to look at; None is all.

        Raises:
            InputError: the question holds no letter and no digit.
        """
        reading = read_question(question)
        if not any(each.isalnum() for each in reading.text):
            raise InputError("The question is empty: ask it in words.")
        self._warm()
        with watch("encode"):
            vector = self.reader.encoder.encode_query(reading.text)
        hits = self._passages(
            reading.text, vector, watch, visible=visible, also=also, within=within
        )
        reading = _noted(reading, hits)
        with watch("evidence"):
            weighed = weigh(reading, self.reader, visible, hits)
            scored = gather(weighed, hits, self.reader, self.scorer)
            evidence = settled(weighed, unshown(scored, skip), self.scorer)
            sure = confidence(
                weighed, evidence, self.reader, cross_encoder=self.scorer is not None
            )
        unknown = self._unknown(reading, visible)
        return Found(
            reading.text,
            reading,
            hits,
            evidence,
            self.calibration.probability(sure),
            unknown,
        )

    def search(
        self, query: str, k: int, *, mode: Mode = "hybrid", visible: Visible = None
    ) -> list[Hit]:
        """Return the k best passages with their raw scores, best first.

        Only the mode "hybrid" has its first passages read again by a reranker.
        """

        def search(wanted: int) -> list[Hit]:
            return self._retriever.search(query, wanted, mode=mode, visible=visible)

        if self.reranker is None or mode != "hybrid":
            return search(k)
        self.reranker.scorer.warm()
        return self.reranker.best(query, k, search)

    def _passages(
        self,
        text: str,
        vector: Floats,
        watch: Watch,
        *,
        visible: Visible,
        also: str | None,
        within: frozenset[str] | None,
    ) -> list[Hit]:
        """Return the passages whose sentences may answer."""
        k = self.config.k
        read = max(k, self.reranker.depth) if self.reranker else k
        with watch("retrieve"):
            wanted = max(read, self.config.candidates) if also else read
            hits = self._hits(text, vector, wanted, visible, within)
            if also:
                others = self._hits(also, None, wanted, visible, within)
                hits = merged(hits, others, read)
        if self.reranker is None:
            return hits
        with watch("rerank"):
            return self.reranker.order(text, hits)[:k]

    def _hits(
        self,
        text: str,
        vector: Floats | None,
        k: int,
        visible: Visible,
        within: frozenset[str] | None,
    ) -> list[Hit]:
        def search(wanted: int) -> list[Hit]:
            return self._retriever.search(text, wanted, visible=visible, vector=vector)

        if within is None:
            return search(k)
        return search_within(search, within, k, self.reader.size(visible))

    @property
    def _retriever(self) -> Retriever:
        return Retriever(self.reader, self.config)

    def _warm(self) -> None:
        if self.scorer is not None:
            self.scorer.warm()
        if self.reranker is not None:
            self.reranker.scorer.warm()

    def _unknown(self, reading: Reading, visible: Visible) -> tuple[str, ...]:
        counts = self.reader.document_frequencies(reading.terms, visible)
        return tuple(
            word
            for word in reading.focus
            if (terms := tokenize(word)) and not any(counts.get(t) for t in terms)
        )


def _noted(reading: Reading, hits: Sequence[Hit]) -> Reading:
    """Note what was searched for besides the question's own words."""
    also = dict.fromkeys(term for hit in hits for term in hit.also)
    if not also:
        return reading
    note = f"Searched also for: {', '.join(also)}"
    return dataclasses.replace(reading, notes=(*reading.notes, note))
