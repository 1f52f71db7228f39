"""Encodes texts with a converted model: onnxruntime and tokenizers, no torch."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.dense import Floats, Progress
from bot.encoders.files import GRAPH, SETTINGS, TOKENIZER, WEIGHTS, Settings, Weight
from bot.errors import EncoderError, reason_of

if TYPE_CHECKING:
    import onnxruntime

_ERRORS = 3  # onnxruntime's number for the level
_RECENT = 8  # questions whose vectors are kept: one is asked and then searched for


class OnnxEncoder:
    """Encodes with files that ``bot.encoders.export`` made; a ``bot.dense.Encoder``.

    Each text is run by itself, unpadded, by one thread, so that its vector depends
    on nothing else; several texts are shared out among as many threads as cores.
    That is also the fastest way without a graphics card (twice the rate of padded
    batches on two cores).
    """

    def __init__(self, files: Mapping[str, bytes], *, threads: int = 0) -> None:
        """Take the files' bytes; the model is opened when it is first used.

        Args:
            files: the four that ``export_encoder`` returns.
            threads: used for several texts; 0 is one for each core.

        Raises:
            EncoderError: a file is missing, or the settings cannot be read.
        """
        for each in (GRAPH, WEIGHTS, TOKENIZER, SETTINGS):
            if each not in files:
                raise EncoderError(
                    f"{each} is missing from the index's encoder. "
                    "Run `bot index --rebuild`."
                )
        self._files = files
        self._settings = Settings.from_json(bytes(files[SETTINGS]))
        self._threads = threads or len(os.sched_getaffinity(0))
        self._model: _Model | None = None
        self._lock = Lock()
        self._recent = lru_cache(_RECENT)(self._encode_query)

    @property
    def name(self) -> str:
        """The identity that ``bot.encoders.export.encoder_identity`` gives it."""
        return self._settings.name

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        return self._settings.dimensions

    @property
    def largest_difference(self) -> float:
        """How far vectors were from sentence-transformers' when it was made."""
        return self._settings.largest_difference

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Floats:
        """Encode passages; ``progress`` is called in the caller's thread."""
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        model = self._open()
        prompt = self._settings.passage_prompt

        def encode_row(row: int) -> None:
            vectors[row] = model.vector(prompt + texts[row])

        # The longest first: what is left at the end, while other threads have nothing
        # to do any more, is short.
        rows = sorted(range(len(texts)), key=lambda row: (-len(texts[row]), row))
        for done, _ in enumerate(self._share_out(encode_row, rows), start=1):
            if progress:
                progress(done)
        return vectors

    def encode_query(self, text: str) -> Floats:
        """Encode a question, in the caller's thread; what comes back is read-only."""
        return self._recent(text)

    def _encode_query(self, text: str) -> Floats:
        vector = self._open().vector(self._settings.query_prompt + text)
        vector.flags.writeable = False
        return vector

    def _open(self) -> _Model:
        with self._lock:
            if self._model is None:
                self._model = _Model(self._files, self._settings)
            return self._model

    def _share_out(
        self, work: Callable[[int], None], rows: Sequence[int]
    ) -> Iterator[None]:
        if self._threads == 1 or len(rows) <= 1:
            yield from map(work, rows)
            return
        # When the caller stops, map cancels what no thread has begun.
        with ThreadPoolExecutor(min(self._threads, len(rows))) as pool:
            yield from pool.map(work, rows)


class _Model:
    """An opened model: a session that computes in the thread that calls it."""

    def __init__(self, files: Mapping[str, bytes], settings: Settings) -> None:
        """Open the model.

        Raises:
            EncoderError: the files do not fit together, or not these packages.
        """
        from tokenizers import Tokenizer  # noqa: PLC0415 - only where it is used

        try:
            self._tokenizer = Tokenizer.from_buffer(bytes(files[TOKENIZER]))
            self._weights = _weights(files[WEIGHTS], settings.weights)
            self._session = _session(bytes(files[GRAPH]), self._weights)
        except Exception as error:  # both packages raise plain exceptions
            raise EncoderError(
                f"The index's encoder cannot be opened: {reason_of(error)}. "
                "Run `bot index --rebuild`."
            ) from error
        self._settings = settings

    def vector(self, text: str) -> Floats:
        """Return the vector of one text, a prompt included.

        A text without a single token is near nothing: its vector is zero.
        """
        # Half a surrogate pair, as a file name or JSON may bring, is no character.
        encoding = self._tokenizer.encode(text.encode("utf-8", "replace").decode())
        if not encoding.ids:
            return np.zeros(self._settings.dimensions, dtype=np.float32)
        values = {
            "input_ids": encoding.ids,
            "attention_mask": encoding.attention_mask,
            "token_type_ids": encoding.type_ids,
        }
        inputs = self._settings.inputs
        feed = {each: np.array([values[each]], dtype=np.int64) for each in inputs}
        vector: Floats = self._session.run(None, feed)[0][0]
        return vector


def _session(graph: bytes, weights: Mapping[str, Any]) -> onnxruntime.InferenceSession:
    import onnxruntime  # noqa: PLC0415 - only where it is used

    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The graph was optimised when it was exported: this saves a tenth of the opening.
    options.graph_optimization_level = (
        onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    )
    options.add_external_initializers([*weights], [*weights.values()])
    return onnxruntime.InferenceSession(
        graph, options, providers=["CPUExecutionProvider"]
    )


def _weights(data: bytes, weights: Sequence[Weight]) -> dict[str, onnxruntime.OrtValue]:
    """Use the weights where they are: a copy would take 90 MB and a tenth of a second.

    The session does not keep the memory alive: whoever opens it has to.
    """
    import onnxruntime  # noqa: PLC0415 - only where it is used

    values = {}
    for each in weights:
        flat = np.frombuffer(
            data, dtype=each.dtype, count=math.prod(each.shape), offset=each.start
        )
        values[each.name] = onnxruntime.OrtValue.ortvalue_from_numpy(
            flat.reshape(each.shape)
        )
    return values
