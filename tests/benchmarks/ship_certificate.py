# ruff: noqa: T201 - it prints what it did
"""Put a certificate into the program, for the corpus that comes with it.

Usage: python -m tests.benchmarks.ship_certificate [--index INDEX]

`bot calibrate` has written the certificate beside the index; this copies it, with a
hash of the documents, to `bot/calibration/shipped.json`.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.app import open_bot
from bot.calibration.certificates import read_certificate
from bot.calibration.shipped import FILE, ship
from bot.config import Config, configure


def main() -> None:
    """Copy the certificate of an index."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, default=Path("index"))
    options = parser.parse_args()
    config = configure(None, options.index, Config())
    certificate = read_certificate(config.certificate_path)
    if certificate is None:
        raise SystemExit(f"{config.certificate_path} does not exist: bot calibrate.")
    with open_bot(config=config, receipts=False) as bot:
        ship(certificate, bot.reader, config)
    print(f"Threshold {certificate.threshold} of {config.certificate_path} in {FILE}")


if __name__ == "__main__":
    main()
