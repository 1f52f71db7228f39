"""Scores pairs of a question and a text with an ONNX cross-encoder on the CPU."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Any, Protocol

_WORKERS = 2  # runs of one thread each: quicker than one run of two threads
_LONGEST = 512  # tokens, where nothing else is said; what BERT's descendants read
_ERRORS = 3  # onnxruntime's number for the level


class PairScorer(Protocol):
    """Says how well texts answer questions."""

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return a logit for each question with a text; above 0 leans to yes."""
        ...

    def warm(self) -> None:
        """Begin to get ready, without waiting for it."""
        ...


class OnnxPairScorer:
    """A scorer that runs a model with onnxruntime, without torch.

    A pair has one score, whatever stands beside it: pairs are neither padded nor
    batched, and each is run on one thread. Of a pair that is too long for the model,
    the longer text is cut at its end until both are of one length, then both are: so
    neither loses more than it would have to.
    """

    def __init__(
        self, model: bytes, tokenizer: bytes, *, longest: int | None = None
    ) -> None:
        """Open model and tokenizer.

        Args:
            model: the ONNX file, weights included.
            tokenizer: the file ``tokenizer.json``.
            longest: tokens of a pair that are read; None is what the tokenizer's file
                says, or 512.

        Raises:
            Exception: of kinds of their packages' own, when the files cannot be used.
        """
        import onnxruntime  # noqa: PLC0415 - takes a fifth of a second
        from tokenizers import Tokenizer  # noqa: PLC0415 - the same

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = _ERRORS
        # Full optimisation takes 0.08 s longer to open and runs no quicker.
        options.graph_optimization_level = (
            onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        )
        self._session: Any = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [each.name for each in self._session.get_inputs()]
        self._tokenizer = Tokenizer.from_str(tokenizer.decode())
        self._tokenizer.no_padding()
        said = (self._tokenizer.truncation or {}).get("max_length", _LONGEST)
        self._tokenizer.enable_truncation(longest or said)
        self._pool = ThreadPoolExecutor(_WORKERS, "cross-encoder")

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Score the pairs, as many at a time as there are workers.

        Raises:
            ValueError: the model gives no number for a pair, or several.
        """
        return list(self._pool.map(lambda each: self._one(*each), pairs))

    def warm(self) -> None:
        """Nothing is left to open."""

    def _one(self, question: str, text: str) -> float:
        pair = self._tokenizer.encode(_sayable(question), _sayable(text))
        known = {
            "input_ids": [pair.ids],
            "attention_mask": [pair.attention_mask],
            "token_type_ids": [pair.type_ids],
        }
        if unknown := set(self._inputs) - known.keys():
            raise ValueError(f"its graph asks for {', '.join(sorted(unknown))}")
        inputs = {each: known[each] for each in self._inputs}
        output = self._session.run(None, inputs)[0]
        if output.size != 1:
            raise ValueError(f"it gives {output.size} numbers for a pair instead of 1")
        return float(output.item())


class LazyPairScorer:
    """A scorer that is opened in the background when it is first wanted."""

    def __init__(self, opener: Callable[[], PairScorer]) -> None:
        """Open nothing yet.

        Args:
            opener: opens the scorer; whatever it raises, `score_pairs` does.
        """
        self._opener = opener
        self._pool = ThreadPoolExecutor(1, "open-cross-encoder")
        self._opening: Future[PairScorer] | None = None
        self._lock = Lock()

    def warm(self) -> None:
        """Begin to open the model, unless that was done."""
        with self._lock:
            if self._opening is None:
                self._opening = self._pool.submit(self._opener)

    def score_pairs(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Score the pairs once the model is open.

        Raises:
            EncoderError: the model is missing or damaged.
        """
        self.warm()
        assert self._opening is not None  # noqa: S101 - warm() has just seen to it
        return self._opening.result().score_pairs(pairs)


def _sayable(text: str) -> str:
    """Replace half a surrogate pair, which is no character to a tokenizer."""
    return text.encode("utf-8", "replace").decode()
