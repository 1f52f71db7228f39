"""A sentence-transformers model of a few kilobytes, with random weights."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from bot.encoders.export import export_encoder

WORDS = "a the of tug ship harbour glass resin package query passage when where who"
LONGEST = 24  # tokens
_KINDS = ("pad", "unk", "cls", "sep", "mask")


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
    from transformers import BertModel  # noqa: PLC0415 - heavy

    models = import_module("sentence_transformers.models")
    bert = folder.with_name(f"{folder.name}-bert")
    torch.manual_seed(seed)
    BertModel(small_bert()).save_pretrained(bert)
    save_tokenizer(bert)
    words = models.Transformer(str(bert), max_seq_length=LONGEST)
    pooling = models.Pooling(32, pooling_mode="mean", include_prompt=include_prompt)
    model = SentenceTransformer(
        modules=[words, pooling, models.Normalize()], prompts=prompts, device="cpu"
    )
    model.save_pretrained(str(folder), create_model_card=False)


def small_bert(**settings: Any) -> Any:  # noqa: ANN401 - transformers' own
    """Return the configuration of a BERT of one layer; settings are BertConfig's."""
    from transformers import BertConfig  # noqa: PLC0415 - heavy

    return BertConfig(
        vocab_size=len(_vocabulary()),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        **settings,
    )


def save_tokenizer(folder: Path, **settings: Any) -> None:  # noqa: ANN401 - the same
    """Save a word-piece tokenizer that knows a few words and every letter."""
    from tokenizers import BertWordPieceTokenizer  # noqa: PLC0415 - heavy
    from transformers import PreTrainedTokenizerFast  # noqa: PLC0415 - heavy

    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # theirs
        tokenizer_object=BertWordPieceTokenizer(_vocabulary()),
        **{f"{kind}_token": f"[{kind.upper()}]" for kind in _KINDS},
        **settings,
    ).save_pretrained(folder)


def _vocabulary() -> dict[str, int]:
    letters = "abcdefghijklmnopqrstuvwxyz0123456789?.,:"
    marks = [f"[{kind.upper()}]" for kind in _KINDS]
    pieces = [*marks, *WORDS.split(), *letters, *(f"##{each}" for each in letters)]
    return {each: number for number, each in enumerate(dict.fromkeys(pieces))}
