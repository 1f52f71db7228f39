"""Examines the configured reranker: is it there, converted, and does it score."""

from __future__ import annotations

import json
from pathlib import Path

from bot.checks import Check
from bot.cross_encoders.kept import read_kept
from bot.cross_encoders.opening import kept_path, open_model
from bot.cross_encoders.source import CONVERSION, check_folder, converted_name, is_onnx

_PAIR = ("Does it score?", "It scores.")


def check_model(folder: Path, models: Path) -> Check:
    """Examine a reranker without converting it.

    Args:
        folder: of the model.
        models: folder for converted models.

    Raises:
        EncoderError: it cannot be used.
    """
    check_folder(folder)
    if is_onnx(folder):
        state = "runs as it stands"
    else:
        files = read_kept(kept_path(models, converted_name(folder)))
        if files is None:
            detail = f"{folder} is not converted yet, which takes some ten seconds"
            return Check("reranker", "warning", detail, "bot index")
        difference = json.loads(files[CONVERSION])["largest_difference"]
        state = f"converted, logits within {difference:.1e} of the original's"
    model = open_model(folder, models)
    model.scorer.score_pairs([_PAIR])
    return Check("reranker", "ok", f"{folder}, {model.name[:12]}, {state}")
