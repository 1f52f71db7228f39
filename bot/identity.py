"""What decides answers besides the index: the settings and the program, as hashes."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from bot.config import Config

# Sections that say where things are or what is kept, not what is answered.
_ELSEWHERE = frozenset(
    {"corpus", "index", "encoder", "slack", "state", "store", "receipts"}
)
# Parts of the program that show, keep or judge answers, and decide none.
_BESIDE = frozenset({"__pycache__", "channels", "evaluation", "receipts", "state"})


def deciding_settings(config: Config, reranker: str | None = None) -> dict[str, Any]:
    """Return the settings that decide answers, by section, without any path.

    The corpus, the chunking and the encoder are in the index fingerprint as well.

    Args:
        config: all settings.
        reranker: name of the model that reads passages again; None without one.
    """
    sections = {
        each.name: getattr(config, each.name) for each in dataclasses.fields(config)
    }
    settings = {
        name: dataclasses.asdict(section)
        for name, section in sections.items()
        if name not in _ELSEWHERE
        and dataclasses.is_dataclass(section)
        and not isinstance(section, type)
    }
    settings["answers"].pop("templates")  # a path; what the files say is hashed apart
    if reranker is None:
        del settings["retrieval"]["reranker"], settings["retrieval"]["rerank"]
    else:
        settings["retrieval"]["reranker"] = reranker  # its content, not where it is
    return settings


def hash_settings(settings: Mapping[str, Any]) -> str:
    """Return the SHA-256 of settings, whatever the order of their keys."""
    text = json.dumps(settings, ensure_ascii=True, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


@cache
def program_identity() -> str:
    """Return the version, and a hash over the code, templates and weights.

    The hash tells two states of a checkout apart that have the same version.
    """
    try:
        named = version("bot")
    except PackageNotFoundError:
        named = "0"
    return f"{named}+{hash_folder(files('bot'))[:16]}"


def hash_folder(folder: Traversable) -> str:
    """Return a hash over names and contents, without what decides no answer."""
    parts = []
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if each.name in _BESIDE or each.name.startswith("cli"):
            continue
        content = hash_folder(each) if each.is_dir() else _hash(each.read_bytes())
        parts.append(f"{each.name} {content}")
    return _hash("\n".join(parts).encode())


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
