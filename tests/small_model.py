"""A sentence-transformers model of a few kilobytes, with random weights."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from bot.encoders.export import export_encoder

WORDS = "a the of tug ship harbour glass resin package query passage when where who"
LONGEST = 24  # tokens


@cache
def small_encoder_files() -> Mapping[str, bytes]:
    """Export a small model with prompts, once in a run of the tests."""
    with tempfile.TemporaryDirectory() as folder:
        prompts = {"query": "query: ", "document": "passage: "}
        model = write_small_model(Path(folder) / "model", prompts=prompts)
        return export_encoder(str(model))


def write_small_model(
    folder: Path,
    *,
    prompts: Mapping[str, str] | None = None,
    include_prompt: bool = True,
    seed: int = 1,
) -> Path:
    """Write a BERT of one layer with mean pooling, and return its folder.

    Args:
        folder: made if it is not there.
        prompts: what the model puts before texts, by kind of text.
        include_prompt: whether pooling reads the prompt's tokens.
        seed: of the weights.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the packages' own
        _write(folder, dict(prompts or {}), seed, include_prompt=include_prompt)
    return folder


def _write(
    folder: Path, prompts: dict[str, str], seed: int, *, include_prompt: bool
) -> None:
    import torch  # noqa: PLC0415 - heavy
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - heavy
    from tokenizers import BertWordPieceTokenizer  # noqa: PLC0415 - heavy
    from transformers import (  # noqa: PLC0415 - heavy
        BertConfig,
        BertModel,
        PreTrainedTokenizerFast,
    )

    models = import_module("sentence_transformers.models")
    kinds = ("pad", "unk", "cls", "sep", "mask")
    letters = "abcdefghijklmnopqrstuvwxyz0123456789?.,:"
    marks = [f"[{kind.upper()}]" for kind in kinds]
    pieces = [*marks, *WORDS.split(), *letters, *(f"##{each}" for each in letters)]
    vocabulary = {each: number for number, each in enumerate(dict.fromkeys(pieces))}
    bert = folder.with_name(f"{folder.name}-bert")
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(bert)
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # theirs
        tokenizer_object=BertWordPieceTokenizer(vocabulary),
        **{f"{kind}_token": f"[{kind.upper()}]" for kind in kinds},
    ).save_pretrained(bert)
    words = models.Transformer(str(bert), max_seq_length=LONGEST)
    pooling = models.Pooling(32, pooling_mode="mean", include_prompt=include_prompt)
    model = SentenceTransformer(
        modules=[words, pooling, models.Normalize()], prompts=prompts, device="cpu"
    )
    model.save_pretrained(str(folder), create_model_card=False)
