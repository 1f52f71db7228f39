"""The one place that chooses the parts and joins them: Config becomes a Bot."""

from __future__ import annotations

import dataclasses
import functools
import logging
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bot import answering
from bot import config as configuration
from bot.answering import Found, Setting
from bot.calibration.certificates import read_certificate, warning
from bot.calibration.probability import IDENTITY, Calibration, read_calibration
from bot.calibration.shipped import shipped_certificate
from bot.config import Config
from bot.conversation.threads import Conversation, Shown
from bot.cross_encoders.opening import open_model
from bot.cross_encoders.pairs import PairScorer
from bot.dense import Floats
from bot.errors import InputError
from bot.evidence.decision import confidence
from bot.evidence.features import weigh
from bot.evidence.gathering import gather
from bot.evidence.lists import rank_texts
from bot.evidence.settling import settled
from bot.identity import deciding_settings
from bot.opening import Opened, begin
from bot.questions.languages import languages_of
from bot.questions.reading import read_question
from bot.questions.twofold import questions_of
from bot.receipts.log import Notice, ReceiptLog
from bot.receipts.threads import ThreadLog
from bot.receipts.writing import Asked
from bot.records import Answer, Hit, Reading
from bot.retrieval.reranking import Reranker
from bot.retrieval.retriever import Mode, Retriever, best_per_document
from bot.retrieval.scope import merged, search_within, unshown
from bot.stores.protocol import Reader, Visible
from bot.text.terms import tokenize
from bot.wording import Templates

configure = configuration.configure  # for Python programs, beside open_bot

_LOG = logging.getLogger("bot")
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
        watch = _Watch()
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
        watch: _Watch | None = None,
    ) -> Found:
        """Return everything that an answer is decided on; arguments as of `answer`."""
        watch = watch or _Watch()
        reading = read_question(question)
        if not any(each.isalnum() for each in reading.text):
            raise InputError("The question is empty: ask it in words.")
        self._warm()
        k = self.config.retrieval.k
        with watch("encode"):
            vector = self.reader.encoder.encode_query(reading.text)
        with watch("retrieve"):
            read = max(k, self.reranker.depth) if self.reranker else k
            wanted = max(read, self.config.retrieval.candidates) if also else read
            hits = self._hits(reading.text, vector, wanted, visible, within)
            if also:
                others = self._hits(also, None, wanted, visible, within)
                hits = merged(hits, others, read)
        if self.reranker is not None:
            with watch("rerank"):
                hits = self.reranker.order(reading.text, hits)[:k]
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

        def search(wanted: int) -> list[Hit]:
            return self._retriever.search(query, wanted, mode=mode, visible=visible)

        if self.reranker is None or mode != "hybrid":
            return search(k)
        self.reranker.scorer.warm()
        return self.reranker.best(query, k, search)

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

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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

    def _warm(self) -> None:
        if self.scorer is not None:
            self.scorer.warm()
        if self.reranker is not None:
            self.reranker.scorer.warm()

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
        return Retriever(self.reader, self.config.retrieval)

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


class _Watch:
    """Times the stages of one answer, in milliseconds."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        before = self._stages.get(stage, 0.0)  # of another question of the message
        self._stages[stage] = round(before + _milliseconds(start), 3)

    def read(self) -> dict[str, float]:
        return {**self._stages, "total": _milliseconds(self._start)}


def _milliseconds(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 3)


def open_bot(
    corpus: str | Path | None = None,
    index: str | Path | None = None,
    *,
    config: Config | Path | None = None,
    on_missing: Callable[[Config], object] | None = None,
    notice: Notice = _LOG.warning,
    receipts: bool = True,
) -> Bot:
    """Open the bot on an index, and build the index first where there is none.

    Args:
        corpus: folder of documents; only read when the index has to be built.
        index: folder of the index.
        config: settings, or the path of a bot.toml.
        on_missing: builds the index when there is none; by default quietly.
        notice: told what does not stop the bot: an outdated certificate, a receipt
            that could not be kept.
        receipts: False keeps none, whatever the settings say; for measuring.

    Raises:
        BotError: a setting, the corpus or the index cannot be used.
    """
    opened = begin(configure(corpus, index, config), on_missing)
    return join(opened, notice=notice, receipts=receipts)


def join(
    opened: Opened, *, notice: Notice = _LOG.warning, receipts: bool = True
) -> Bot:
    """Join a bot from what `bot.opening.begin` has opened, which is closed on failure.

    Args:
        opened: the index and the models.
        notice: as for `open_bot`.
        receipts: the same.

    Raises:
        BotError: a setting or a file beside the index cannot be used.
    """
    try:
        return _calibrated(opened, notice, receipts=receipts)
    except BaseException:
        opened.reader.close()
        raise


def _calibrated(opened: Opened, notice: Notice, *, receipts: bool) -> Bot:
    reader, config = opened.reader, opened.config
    calibration = read_calibration(config.probability_path)
    own = read_certificate(config.certificate_path)
    certificate = own or shipped_certificate(reader, config, calibration)
    settings = certificate.apply(config) if certificate else config
    bot = Bot(
        reader,
        settings,
        calibration,
        opened.scorer,
        templates=Templates.read(settings.templates_path),
        reranker=open_reranker(settings, notice),
    )
    if own and settings.answers.threshold == own.threshold:
        changes = list(own.changes(reader.fingerprint, bot.settings, calibration))
        if changes:
            notice(warning(own, changes))
    if not receipts or not config.receipts.enabled:
        return bot
    return dataclasses.replace(bot, log=ReceiptLog(settings, bot.settings, notice))


def open_reranker(config: Config, notice: Notice = _LOG.info) -> Reranker | None:
    """Open the model that reads passages again; None when none is configured.

    A model that was not used before is converted first, in some ten seconds.

    Args:
        config: names it.
        notice: told when it has to be converted.

    Raises:
        EncoderError: it cannot be used.
        IndexWriteError: there is no place to keep its conversion.
    """
    folder = config.reranker_path
    if folder is None:
        return None

    def tell() -> None:
        notice(f"Converting the reranker {folder}, once.")

    model = open_model(folder, config.models_path, tell)
    return Reranker(model.name, model.scorer, config.retrieval.rerank)
