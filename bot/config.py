"""bot.toml becomes a Config: checked once, unknown keys refused, no secrets in it."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_type_hints

from bot.config_sections import (
    AnswersConfig,
    ChunkingConfig,
    CorpusConfig,
    EncoderConfig,
    EvidenceConfig,
    IndexConfig,
    ReceiptsConfig,
    RetrievalConfig,
)
from bot.errors import ConfigError
from bot.slack_config import SlackConfig
from bot.store_config import StoreConfig
from bot.utf8 import read_utf8

__all__ = [
    "FILE_NAME",
    "AnswersConfig",
    "ChunkingConfig",
    "Config",
    "CorpusConfig",
    "EncoderConfig",
    "EvidenceConfig",
    "IndexConfig",
    "ReceiptsConfig",
    "RetrievalConfig",
    "SlackConfig",
    "StoreConfig",
    "configure",
    "read_config",
]

FILE_NAME = "bot.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """Everything that bot.toml may say; each value has a default."""

    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    index: IndexConfig = field(default_factory=IndexConfig)
    encoder: EncoderConfig = field(default_factory=EncoderConfig)
    chunking: ChunkingConfig = field(default_factory=ChunkingConfig)
    retrieval: RetrievalConfig = field(default_factory=RetrievalConfig)
    evidence: EvidenceConfig = field(default_factory=EvidenceConfig)
    answers: AnswersConfig = field(default_factory=AnswersConfig)
    receipts: ReceiptsConfig = field(default_factory=ReceiptsConfig)
    slack: SlackConfig = field(default_factory=SlackConfig)
    store: StoreConfig = field(default_factory=StoreConfig)
    folder: Path = field(default_factory=Path)  # paths in bot.toml start here

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.store.url and self.slack.state:
            raise ConfigError(
                f"slack.state names the file {self.slack.state}, and store.url the "
                "server that takes its place: remove one of them."
            )

    @property
    def corpus_path(self) -> Path:
        """The corpus folder, relative paths resolved from bot.toml's place."""
        return self.folder / self.corpus.path

    @property
    def index_path(self) -> Path:
        """The index folder, relative paths resolved from bot.toml's place."""
        return self.folder / self.index.path

    @property
    def encoder_model(self) -> str:
        """The encoder's folder, resolved in the same way; "" is the default model."""
        return str(self.folder / self.encoder.model) if self.encoder.model else ""

    @property
    def reranker_path(self) -> Path | None:
        """The reranker's folder, resolved in the same way, if there is one."""
        named = self.retrieval.reranker
        return self.folder / named if named else None

    @property
    def models_path(self) -> Path:
        """The folder of converted models, beside the index folder; may be deleted."""
        return self.index_path.absolute().parent / ".models"

    @property
    def templates_path(self) -> Path | None:
        """The folder of one's own templates, if there is one."""
        named = self.answers.templates
        return self.folder / named if named else None

    @property
    def state_path(self) -> Path:
        """The file of claims, threads, answers, votes and receipts.

        It is beside the index folder, not in it: an index may be deleted and built
        again, a vote may not.
        """
        if self.slack.state:
            return self.folder / self.slack.state
        return self.index_path.absolute().parent / ".state" / "state.db"

    @property
    def certificate_path(self) -> Path:
        """The certificate of the threshold, beside the index folder and named for it.

        It is not in the index, which may be deleted and built again, and not in
        `.state`: people review it and keep it under version control.
        """
        index = self.index_path.absolute()
        return index.parent / ".calibration" / f"{index.name}.certificate.json"

    @property
    def probability_path(self) -> Path:
        """The map from evidence to probability, beside the certificate."""
        index = self.index_path.absolute()
        return index.parent / ".calibration" / f"{index.name}.probability.json"


def read_config(path: Path | None = None) -> Config:
    """Read a configuration file; without a path, bot.toml here if there is one.

    Raises:
        ConfigError: the file is missing, is not TOML, or a key or value is wrong.
    """
    file = path or Path(FILE_NAME)
    if path is None and not file.exists():
        return Config()
    try:
        values = tomllib.loads(read_utf8(file, ConfigError))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} is not valid TOML: {error}") from error
    return dataclasses.replace(_sections(values, file), folder=file.parent)


def configure(
    corpus: str | Path | None = None,
    index: str | Path | None = None,
    config: Config | Path | None = None,
) -> Config:
    """Read bot.toml and put the folders named here over those it names.

    Raises:
        ConfigError: bot.toml is wrong.
    """
    settings = config if isinstance(config, Config) else read_config(config)
    if corpus is not None:
        path = str(Path(corpus).absolute())
        settings = dataclasses.replace(
            settings, corpus=dataclasses.replace(settings.corpus, path=path)
        )
    if index is not None:
        path = str(Path(index).absolute())
        settings = dataclasses.replace(
            settings, index=dataclasses.replace(settings.index, path=path)
        )
    return settings


def _sections(values: dict[str, Any], file: Path) -> Config:
    kinds: dict[str, Any] = {
        name: kind
        for name, kind in get_type_hints(Config).items()
        if dataclasses.is_dataclass(kind)
    }
    for name, section in values.items():
        _known(name, kinds, str(file))
        if not isinstance(section, dict):
            raise ConfigError(f"{file}: {name} must be a section, [{name}].")
    sections: dict[str, Any] = {
        name: _section(kinds[name], values[name], file, name) for name in values
    }
    return Config(**sections)


def _section(kind: type, values: dict[str, Any], file: Path, name: str) -> object:
    types = get_type_hints(kind)
    for key, value in values.items():
        _known(key, types, f"{file}, [{name}]")
        if issubclass(kind, SlackConfig):
            continue  # it has lists and tables, and checks them itself
        allowed = get_args(types[key]) if _is_union(types[key]) else (types[key],)
        if float in allowed and type(value) is int:
            continue
        if type(value) not in allowed:
            wanted = " or ".join(each.__name__ for each in allowed)
            raise ConfigError(
                f"{file}: {name}.{key} is {value!r}; it must be of type {wanted}."
            )
    try:
        if issubclass(kind, SlackConfig):
            return kind.from_values(values)
        made: object = kind(**values)
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from error
    return made


def _is_union(kind: object) -> bool:
    return isinstance(kind, UnionType)


def _known(name: str, known: dict[str, Any], where: str) -> None:
    if name not in known:
        raise ConfigError(
            f"{where}: unknown key {name!r}; known are {', '.join(sorted(known))}."
        )
