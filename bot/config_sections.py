"""Sections of bot.toml: each value has a default and its reason, and is checked once.

Those of Slack and of the store have modules of their own.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from bot.errors import ConfigError

_SMALLEST_CHUNK = 20  # words; below this a passage says too little to be ranked


@dataclass(frozen=True, slots=True)
class CorpusConfig:
    """Which documents are read, and the limits that keep one from harming the rest."""

    path: str = "corpus"
    max_file_mib: int = 50  # larger files are refused by name
    max_characters: int = 10_000_000  # of one document's text
    # What one file may cost, where its format is parsed in a process of its own.
    max_seconds: int = 20
    max_cpu_seconds: int = 15
    max_memory_mib: int = 512
    max_pages: int = 2_000  # of a PDF document or a presentation
    # Of an archive, or a document that is one: a 342 KB DOCX reached 700 MB.
    max_members: int = 2_000
    max_inflated_mib: int = 100  # counted while inflating
    max_ratio: int = 100  # inflated to packed, of a member

    def __post_init__(self) -> None:
        """Check ranges once, so no other module needs to."""
        for limit in dataclasses.fields(self):
            if limit.name != "path":
                value = getattr(self, limit.name)
                _require(value >= 1, f"corpus.{limit.name}", value, "1")


@dataclass(frozen=True, slots=True)
class IndexConfig:
    """Where the index is, and how many old generations it keeps."""

    path: str = "index"
    keep: int = 2  # generations kept for rollback, the current one included

    def __post_init__(self) -> None:
        """Check ranges once."""
        _require(self.keep >= 1, "index.keep", self.keep, "1")


@dataclass(frozen=True, slots=True)
class EncoderConfig:
    """The embedding model."""

    model: str = ""  # folder of a sentence-transformers model; "" is the default one


@dataclass(frozen=True, slots=True)
class ChunkingConfig:
    """How documents are cut into passages."""

    max_words: int = 120  # all-MiniLM-L6-v2 reads 256 word pieces, some 180 words
    min_words: int = 25  # a shorter rest joins the passage before it

    def __post_init__(self) -> None:
        """Check ranges once."""
        _require(
            self.max_words >= _SMALLEST_CHUNK,
            "chunking.max_words",
            self.max_words,
            str(_SMALLEST_CHUNK),
        )
        if not 0 <= self.min_words <= self.max_words:
            raise ConfigError(
                f"chunking.min_words is {self.min_words}; it must be between 0 and "
                f"chunking.max_words ({self.max_words})."
            )


@dataclass(frozen=True, slots=True)
class RetrievalConfig:
    """How passages are found and their two rankings joined."""

    k: int = 8  # passages whose sentences may answer
    candidates: int = 50  # passages each half proposes for fusion
    lexical_weight: float = 0.4  # of BM25 against cosine: tests/benchmarks/quality
    neighbours: int = 10  # like passages that share in a passage's score; 0 for none
    k1: float = 1.2  # BM25's saturation, Robertson and Zaragoza 2009
    b: float = 0.75  # BM25's length normalisation, the same
    expand: bool = True  # read unknown words, search both forms of abbreviations
    reranker: str = ""  # folder of a cross-encoder that reads passages again; "": none
    rerank: int = 10  # passages that it reads; more cost and err more: quality.md

    def __post_init__(self) -> None:
        """Check ranges once."""
        if not 1 <= self.k <= self.candidates:
            raise ConfigError(
                f"retrieval.k is {self.k}; it must be between 1 and "
                f"retrieval.candidates ({self.candidates})."
            )
        if not 0 <= self.lexical_weight <= 1:
            raise ConfigError(
                f"retrieval.lexical_weight is {self.lexical_weight}; "
                "it must be between 0 and 1."
            )
        _require(self.neighbours >= 0, "retrieval.neighbours", self.neighbours, "0")
        if self.k1 < 0 or not 0 <= self.b <= 1:
            raise ConfigError(
                f"retrieval.k1 is {self.k1} and retrieval.b is {self.b}; "
                "k1 must be 0 or more and b between 0 and 1."
            )
        _require(self.rerank >= 1, "retrieval.rerank", self.rerank, "1")


@dataclass(frozen=True, slots=True)
class EvidenceConfig:
    """What weighs the sentences."""

    cross_encoder: bool = True  # False is quicker and refuses or errs more often


@dataclass(frozen=True, slots=True)
class AnswersConfig:
    """When to answer, and how much to show."""

    threshold: float = 0.6  # cautious; evidence below it is a refusal
    certificate: bool = True  # a certificate's threshold replaces the default one
    max_quotes: int = 3
    ask_instead: str = ""  # person or group named in a refusal
    templates: str = ""  # folder of wording that replaces the shipped one

    def __post_init__(self) -> None:
        """Check ranges once."""
        if not 0 <= self.threshold <= 1:
            raise ConfigError(
                f"answers.threshold is {self.threshold}; it must be between 0 and 1."
            )
        _require(self.max_quotes >= 1, "answers.max_quotes", self.max_quotes, "1")


@dataclass(frozen=True, slots=True)
class ReceiptsConfig:
    """What is kept of answers that were given."""

    enabled: bool = True
    questions: bool = True  # keep their text; without it nothing can be asked again
    keep_days: int = 90

    def __post_init__(self) -> None:
        """Check ranges once."""
        _require(self.keep_days >= 1, "receipts.keep_days", self.keep_days, "1")


def _require(holds: bool, key: str, value: float, least: str) -> None:  # noqa: FBT001
    if not holds:
        raise ConfigError(f"{key} is {value}; it must be at least {least}.")
