"""Examines installation, model, configuration, corpus and index, part by part."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bot.app import configure
from bot.checks import Check
from bot.config import Config
from bot.errors import BotError, IndexMissingError
from bot.index_checkup import check_index, indexed_elsewhere
from bot.ingest.files import list_files

_OLDEST_PYTHON = (3, 11)
_PACKAGES = (
    "rank-bm25",
    "sentence-transformers",
    "slack-bolt",
    "typer",
    "onnxruntime",
    "tokenizers",
    "torch",
)
_NAMED = 3  # of many files, so many are named


def examine(
    corpus: Path | None,
    index: Path | None,
    config: Path | None,
    *,
    deep: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> list[Check]:
    """Examine everything; a part that fails does not keep the others from it.

    Args:
        corpus: folder of documents, or None for what the configuration says.
        index: folder of the index, the same.
        config: settings file, or None for bot.toml.
        deep: read every byte of the index, and make a sample of it again.
        environment: where Slack's tokens would be.
    """
    found = [*_installation()]
    try:
        settings = configure(corpus, index, config)
    except BotError as error:
        remedy = "correct the file; the README describes every section"
        return [*found, Check("configuration", "failed", str(error), remedy)]
    found.append(Check("configuration", "ok", "every key and value is known"))
    parts: tuple[tuple[str, Callable[[], Iterator[Check]]], ...] = (
        ("embedding model", lambda: _encoder(settings)),
        ("evidence model", lambda: _evidence(settings)),
        ("reranker", lambda: _reranker(settings)),
        ("corpus", lambda: _corpus(settings)),
        ("parser", lambda: _parser(settings)),
        ("index", lambda: check_index(settings, deep=deep)),
        ("store", lambda: _store(settings, environment)),
        ("slack", lambda: _slack(settings, environment)),
    )
    for name, part in parts:
        try:
            found += part()
        except BotError as error:
            found.append(Check(name, "failed", str(error), _remedy(error)))
    return found


def _remedy(error: BotError) -> str:
    return "bot index" if isinstance(error, IndexMissingError) else ""


def _installation() -> Iterator[Check]:
    running = platform.python_version()
    if sys.version_info < _OLDEST_PYTHON:
        remedy = "install Python 3.11 or newer"
        yield Check("python", "failed", running, remedy)
    else:
        yield Check("python", "ok", running)
    versions, missing = [], []
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        detail = f"missing: {', '.join(missing)}"
        yield Check("packages", "failed", detail, "pip install .")
    else:
        yield Check("packages", "ok", ", ".join(versions))


def _encoder(config: Config) -> Iterator[Check]:
    from bot.encoders.source import encoder_identity  # noqa: PLC0415 - reads 90 MB

    identity = encoder_identity(config.encoder_model)
    name = config.encoder.model or "all-MiniLM-L6-v2"
    yield Check("embedding model", "ok", f"{name}, {identity[:12]}")


def _evidence(config: Config) -> Iterator[Check]:
    from bot.evidence.cross_encoder import open_cross_encoder  # noqa: PLC0415 - reads 34 MB

    if not config.evidence.cross_encoder:
        detail = "switched off: quicker, and errs or refuses more often"
        yield Check(
            "evidence model", "warning", detail, "evidence.cross_encoder = true"
        )
        return
    open_cross_encoder()
    yield Check("evidence model", "ok", "ms-marco-MiniLM-L-12-v2, checksum verified")


def _reranker(config: Config) -> Iterator[Check]:
    folder = config.reranker_path
    if folder is None:
        yield Check("reranker", "ok", "off: passages keep the order of the search")
        return
    from bot.cross_encoders.checkup import check_model  # noqa: PLC0415 - reads it

    yield check_model(folder, config.models_path)


def _corpus(config: Config) -> Iterator[Check]:
    if indexed_elsewhere(config):
        detail = f"no folder {config.corpus_path}: this machine can ask, but not index"
        yield Check("corpus", "warning", detail, "leave it so, or `path` of [corpus]")
        return
    files = list_files(config.corpus_path)
    refused = [each for each in files if each.reason]
    detail = f"{len(files) - len(refused)} files in {config.corpus_path}"
    if refused:
        named = ", ".join(f"{each.path} ({each.reason})" for each in refused[:_NAMED])
        yield Check("corpus", "warning", f"{detail}; {len(refused)} not read: {named}")
    else:
        yield Check("corpus", "ok", detail)


def _parser(config: Config) -> Iterator[Check]:
    from bot.ingest.isolation import unlimited  # noqa: PLC0415 - starts a process

    lacking = unlimited(config.corpus)
    detail = "files that can do harm are parsed by a process with limits"
    if lacking:
        detail += f", but this system cannot limit its {', '.join(lacking)}"
        remedy = "index files from strangers on Linux"
        yield Check("parser", "warning", detail, remedy)
    else:
        yield Check("parser", "ok", detail)


def _store(config: Config, environment: Mapping[str, str]) -> Iterator[Check]:
    if not config.store.url:
        yield Check("store", "ok", f"files; the state is {config.state_path}")
        return
    from bot.redis_checkup import check_redis  # noqa: PLC0415 - only with a server
    from bot.stores.redis.checkup import check_generations  # noqa: PLC0415 - the same

    found = check_redis(config.store, environment)
    yield from found
    needed = {"store", "store query engine", "store cluster"}
    if not any(each.status == "failed" for each in found if each.name in needed):
        yield from check_generations(config)


def _slack(config: Config, environment: Mapping[str, str]) -> Iterator[Check]:
    if not any(name.startswith("SLACK_") for name in environment):
        detail = "not set up here: no SLACK_ variable in the environment"
        yield Check("slack", "ok", detail)
        return
    from bot.channels.slack.checkup import check_slack  # noqa: PLC0415 - slow import

    yield from check_slack(config.slack, environment)
