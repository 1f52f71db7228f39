"""Encoding: questions one at a time, and passages many at a time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.config import Config, CorpusConfig, IndexConfig
from bot.dense import Encoder
from bot.encoders.files import GRAPH, SETTINGS, TOKENIZER, WEIGHTS, Settings
from bot.encoders.onnx_encoder import _session, _weights
from bot.indexing import build_index
from bot.stores.encoders import EncoderFactory
from tests.benchmarks.speed.material import Material
from tests.benchmarks.speed.model import model_path

BATCH = 64  # passages encoded at a time
_THREADS = 2

Feed = dict[str, NDArray[np.int64]]


def our_questions(material: Material) -> Callable[[int], object]:
    """`Encoder.encode_query`."""
    encoder = _encoder(material)
    return lambda number: encoder.encode_query(material.queries[number])[:1].tolist()


def bare_questions(material: Material) -> Callable[[int], object]:
    """The `run` of onnxruntime on tokens that are there already, one thread."""
    run, tokens = _bare(material)
    ready = [tokens(each) for each in material.queries]
    return lambda number: run(ready[number])


def their_questions(material: Material) -> Callable[[int], object]:
    """`SentenceTransformer.encode` of one text."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - loads torch

    model = SentenceTransformer(model_path(), device="cpu")
    return lambda number: model.encode(material.queries[number])[:1].tolist()


def our_passages(material: Material) -> Callable[[int], object]:
    """`Encoder.encode`."""
    encoder = _encoder(material)
    return lambda number: encoder.encode(_batch(material, number)).tolist()


def bare_passages(material: Material) -> Callable[[int], object]:
    """The `run` of onnxruntime in two threads, tokens included, and nothing else."""
    run, tokens = _bare(material)
    pool = ThreadPoolExecutor(_THREADS)

    def ask(number: int) -> None:
        texts = sorted(_batch(material, number), key=len, reverse=True)
        list(pool.map(lambda text: run(tokens(text)), texts))

    return ask


def their_passages(material: Material) -> Callable[[int], object]:
    """`SentenceTransformer.encode` with its defaults."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - loads torch

    model = SentenceTransformer(model_path(), device="cpu")
    return lambda number: model.encode(_batch(material, number)).tolist()


def whole_build(material: Material) -> Callable[[int], object]:
    """`bot index` of the whole material: read, cut, encode, count, write, sync.

    Each build has an index of its own, so no passage is known. Converting the model is
    left out: it happens once.
    """
    folder = Path(tempfile.mkdtemp(prefix="whole-build-", dir=material.folder))
    first = _encoder_files(material)
    encoders = EncoderFactory(export=lambda _: first)

    def ask(number: int) -> int:
        corpus, index = folder / f"c{number}", folder / f"i{number}"
        corpus.mkdir()
        shutil.copy(Path(material.config.corpus.path) / "passages.jsonl", corpus)
        config = Config(corpus=CorpusConfig(str(corpus)), index=IndexConfig(str(index)))
        built = build_index(config, encoders=encoders)
        shutil.rmtree(corpus)
        shutil.rmtree(index)
        return built.encoded

    return ask


def word_pieces(material: Material) -> float:
    """Return how many word pieces a passage has that is encoded, on the average."""
    from tokenizers import Tokenizer  # noqa: PLC0415 - measured apart

    tokenizer = Tokenizer.from_buffer(_encoder_files(material)[TOKENIZER])
    coded = tokenizer.encode_batch(material.texts)
    return sum(len(each.ids) for each in coded) / len(coded)


def _batch(material: Material, number: int) -> Sequence[str]:
    """Return passages from all over the material: all batches are alike."""
    count = len(material.texts) // BATCH
    return material.texts[number % count :: count][:BATCH]


def _encoder(material: Material) -> Encoder:
    with closing(material.reader()) as reader:
        return reader.encoder


def _encoder_files(material: Material) -> dict[str, bytes]:
    with closing(material.reader()) as reader:
        objects = reader.manifest.encoder.files
        folder = material.config.index_path / "objects"
        return {
            name: (folder / each.sha256).read_bytes() for name, each in objects.items()
        }


def _bare(
    material: Material,
) -> tuple[Callable[[Feed], object], Callable[[str], Feed]]:
    from tokenizers import Tokenizer  # noqa: PLC0415 - measured apart

    files = _encoder_files(material)
    weights = _weights(files[WEIGHTS], Settings.from_json(files[SETTINGS]).weights)
    session = _session(files[GRAPH], weights)
    tokenizer = Tokenizer.from_buffer(files[TOKENIZER])
    names = [each.name for each in session.get_inputs()]

    def tokens(text: str) -> Feed:
        coded = tokenizer.encode(text)
        values = [coded.ids, coded.attention_mask, coded.type_ids]
        known = ["input_ids", "attention_mask", "token_type_ids"]
        made = dict(zip(known, values, strict=True))
        return {name: np.array([made[name]], np.int64) for name in names}

    def run(feed: Feed) -> object:
        return session.run(None, feed)[0].shape, len(weights)  # holds the weights

    return run, tokens
