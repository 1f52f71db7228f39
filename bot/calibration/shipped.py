"""The certificate that comes with the program, for the corpus that comes with it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

from bot.calibration.certificates import Certificate, parse_certificate
from bot.calibration.files import write_json
from bot.calibration.probability import IDENTITY, Calibration
from bot.config import Config
from bot.identity import hash_settings
from bot.stores.protocol import Reader

FILE = Path(__file__).parent / "shipped.json"


def shipped_certificate(
    reader: Reader, config: Config, calibration: Calibration, file: Path | None = None
) -> Certificate | None:
    """Return the shipped certificate where it holds, and nothing anywhere else.

    It holds for the documents that it was measured on, whatever machine made the
    index, and for the default settings. Other documents keep the default threshold,
    which is a cautious one.
    """
    file = file or FILE
    if not file.exists():
        return None
    values: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    if reader.size() != values["passages"] or calibration != IDENTITY:
        return None  # the size is known at once, the documents would have to be read
    if documents_hash(reader) != values["documents"]:
        return None
    if settings_hash(config) != values["settings"]:
        return None
    return parse_certificate(values["certificate"])


def documents_hash(reader: Reader) -> str:
    """Return the SHA-256 over the ids and texts of all documents."""
    lines = sorted(f"{each.id} {each.sha256}" for each in reader.documents())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def settings_hash(config: Config) -> str:
    """Return the hash of the settings that decide answers from a given index."""
    return hash_settings(
        {
            "retrieval": dataclasses.asdict(config.retrieval),
            "evidence": dataclasses.asdict(config.evidence),
            "max_quotes": config.answers.max_quotes,
        }
    )


def ship(
    certificate: Certificate, reader: Reader, config: Config, file: Path = FILE
) -> None:
    """Write the certificate of the corpus that comes with the program.

    Raises:
        InputError: the file cannot be written.
    """
    values = {
        "documents": documents_hash(reader),
        "passages": reader.size(),
        "settings": settings_hash(config),
        "certificate": certificate.payload(),
    }
    write_json(values, file)
