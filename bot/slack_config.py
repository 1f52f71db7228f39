"""The [slack] section of bot.toml: who is answered where, and how it is served."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from bot.errors import ConfigError

Follow = Literal["mention", "engaged", "off"]
Language = Literal["en", "de"]
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})
_LISTS = ("_channels", "_people", ".collections", ".prompts")
_LONGEST_POST = 300.0  # seconds; more would hold a channel up without need


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """What differs in one channel; None keeps the value of [slack]."""

    collections: tuple[str, ...] | None = None  # the only ones answers come from
    follow: Follow | None = None
    language: Language | None = None
    ask_instead: str | None = None

    def __post_init__(self) -> None:
        """Check the values once."""
        _check_words(self.follow, self.language, "slack.channels.*")


@dataclass(frozen=True, slots=True)
class SlackConfig:
    """How the bot behaves in Slack. Tokens are never here: see the environment.

    Ids are Slack's own (C..., G... and D... for channels, U... and W... for people,
    S... for groups); names can be changed by anyone and are not accepted.
    """

    mode: Literal["socket", "http"] = "socket"
    host: str = "127.0.0.1"  # of events (HTTP), health and metrics; a proxy adds TLS
    port: int = 3000  # 0 takes any free one
    api_url: str = "https://slack.com/api/"
    state: str = (
        ""  # file of claims and votes; "" is .state/state.db beside the index folder
    )
    allow_channels: tuple[str, ...] = ()  # empty: all that invited the bot
    deny_channels: tuple[str, ...] = ()  # wins over allow_channels
    allow_people: tuple[str, ...] = ()  # empty: everyone
    deny_people: tuple[str, ...] = ()  # wins over allow_people
    allow_shared: bool = False  # channels shared with other organisations
    allow_guests: bool = False  # and people of other organisations
    collections: tuple[str, ...] | None = None  # for all channels; None is all
    follow: Follow = "mention"  # what counts as a follow-up in a thread
    language: Language = "en"
    ask_instead: str = ""  # user, group or name to ask; "" takes answers.ask_instead
    edit_seconds: int = 600  # an edited question is answered anew this long
    per_person: int = 20  # questions a minute; 0 is no limit
    per_channel: int = 60  # Slack posts one message a second to a channel
    queue: int = 200  # questions waiting; beyond it people are told to come back
    workers: int = 0  # answering at the same time; 0 is one a core
    answer_seconds: float = 10.0  # a slower answer is given up, visibly
    post_seconds: float = 30.0  # a call that hangs this long has an unknown outcome
    give_up_seconds: float = 900.0  # an answer that Slack refuses this long is dropped
    retry_seconds: float = 1.0  # first wait after a failed call; doubles up to 30
    post_interval: float = 1.0  # seconds between posts to a channel: Slack's limit
    ping_seconds: float = 5.0  # a dead socket is noticed after one and a half of it
    lease_seconds: float = 15.0  # after this another process takes over
    drain_seconds: float = 10.0  # for answers in progress when told to stop
    keep_days: int = 30  # answers and claims; votes are kept
    log_questions: bool = False  # question text in logs
    prompts: tuple[str, ...] = ()  # suggested questions; empty: made from titles
    channels: Mapping[str, ChannelConfig] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def __post_init__(self) -> None:
        """Check the values once, so no other module needs to."""
        if self.mode not in {"socket", "http"}:
            raise ConfigError(f'slack.mode is {self.mode!r}: use "socket" or "http".')
        _check_words(self.follow, self.language, "slack")
        _check_url(self.api_url)
        for name in ("edit_seconds", "per_person", "per_channel", "workers"):
            _at_least(name, getattr(self, name), 0)
        for name in ("queue", "keep_days"):
            _at_least(name, getattr(self, name), 1)
        for name in ("answer_seconds", "give_up_seconds", "lease_seconds"):
            _at_least(name, getattr(self, name), 0.01)
        for name in ("retry_seconds", "post_interval", "drain_seconds"):
            _at_least(name, getattr(self, name), 0)
        _at_least("ping_seconds", self.ping_seconds, 0.1)
        if not 0 < self.post_seconds <= _LONGEST_POST:
            raise ConfigError(
                f"slack.post_seconds is {self.post_seconds}; it must be above 0 and at "
                f"most {_LONGEST_POST:g}."
            )

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> SlackConfig:
        """Build it from what bot.toml says: lists become tuples, tables records.

        Raises:
            ConfigError: a value cannot be used.
        """
        plain: dict[str, Any] = {
            key: _channels(value)
            if key == "channels"
            else _checked(cls, f"slack.{key}", value)
            for key, value in values.items()
        }
        return cls(**plain)

    def channel(self, channel: str) -> ChannelConfig:
        """What holds in a channel: its own settings over those for all."""
        own = self.channels.get(channel, ChannelConfig())
        return ChannelConfig(
            collections=_either(own.collections, self.collections),
            follow=own.follow or self.follow,
            language=own.language or self.language,
            ask_instead=_either(own.ask_instead, self.ask_instead),
        )

    @property
    def reads_channels(self) -> bool:
        """Whether messages without a mention have to be delivered to the bot."""
        engaged = any(each.follow == "engaged" for each in self.channels.values())
        return self.follow == "engaged" or engaged or self.edit_seconds > 0


def _either(own: Any, common: Any) -> Any:  # noqa: ANN401 - the same type in and out
    return common if own is None else own


def _channels(values: object) -> Mapping[str, ChannelConfig]:
    if not isinstance(values, dict):
        raise ConfigError("slack.channels must be tables: [slack.channels.C0123456789]")
    known = {each.name for each in dataclasses.fields(ChannelConfig)}
    channels = {}
    for id_, table in values.items():
        where = f"slack.channels.{id_}"
        if not isinstance(table, dict):
            raise ConfigError(f"{where} must be a table, [{where}].")
        for key in table:
            if key not in known:
                raise ConfigError(
                    f"[{where}]: unknown key {key!r}; known are "
                    f"{', '.join(sorted(known))}."
                )
        channels[id_] = ChannelConfig(
            **{
                key: _checked(ChannelConfig, f"{where}.{key}", value)
                for key, value in table.items()
            }
        )
    return MappingProxyType(channels)


def _checked(kind: type[Any], name: str, value: object) -> Any:  # noqa: ANN401 - TOML
    (default,) = (
        each.default
        for each in dataclasses.fields(kind)
        if each.name == name.rsplit(".", 1)[-1]
    )
    if name.endswith(_LISTS):
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            return tuple(value)
        raise ConfigError(f"{name} is {value!r}; it must be a list of strings.")
    wanted = str if default is None else type(default)
    if type(value) is wanted or (wanted is float and type(value) is int):
        return value
    raise ConfigError(f"{name} is {value!r}; it must be of type {wanted.__name__}.")


def _check_words(follow: str | None, language: str | None, where: str) -> None:
    for name, value, allowed in (
        ("follow", follow, get_args(Follow)),
        ("language", language, get_args(Language)),
    ):
        if value is not None and value not in allowed:
            raise ConfigError(
                f"{where}.{name} is {value!r}; it must be one of {', '.join(allowed)}."
            )


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in _LOCAL  # a stand-in for tests
    ):
        return
    raise ConfigError(f"slack.api_url is {url!r}; tokens are sent to https only.")


def _at_least(name: str, value: float, least: float) -> None:
    if value < least:
        raise ConfigError(f"slack.{name} is {value}; it must be at least {least}.")
