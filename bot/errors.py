"""Every expected error: one line that says what is wrong, where, and what to do."""

from __future__ import annotations


class BotError(Exception):
    """An expected error; its message is one line for the person who runs the bot."""


def reason_of(error: Exception) -> str:
    """Return the first line of what another package says of a failure."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


class ConfigError(BotError):
    """A setting in bot.toml, the environment or an option cannot be used."""


class InputError(BotError):
    """A question, a file of questions or another input cannot be used."""


class IndexMissingError(BotError):
    """There is no index where one was asked for."""


class IndexDamagedError(BotError):
    """An index file is missing, truncated or changed since it was written."""


class IndexIncompatibleError(BotError):
    """The index was built by another format, analysis or encoder."""


class IndexBusyError(BotError):
    """Another process is building this index."""


class IndexWriteError(BotError):
    """A file of the index cannot be written: no space, no permission, a bad disk."""


class EncoderError(BotError):
    """The embedding model cannot be found, checked, converted or run."""


class DocumentRefusedError(BotError):
    """One document cannot be read; the others still are.

    Attributes:
        path: the document's path inside the corpus.
        reason: why, and what to do about it, in one line.
    """

    def __init__(self, path: str, reason: str) -> None:
        """Keep the facts apart, so that reports can show them in columns."""
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class StateError(BotError):
    """What keeps claims, threads, answers, votes and receipts cannot be used."""


class EngineError(StateError):
    """The Redis server of [store] cannot be used as it is, or refused a command.

    It derives from StateError because callers that can do without the state can do
    without it wherever it is kept.
    """


class EngineUnreachableError(EngineError):
    """It cannot be reached, or the connection broke and did not come back."""


class EngineTimeoutError(EngineUnreachableError):
    """It did not answer in time."""


class EngineAccessError(EngineError):
    """It refuses the user, the password or a right."""


class EngineFullError(EngineError):
    """It has no memory or no disk left; the change was not made."""


class EngineUnsuitableError(EngineError):
    """It lacks the Query Engine, or is a replica, which takes no changes."""


class SlackError(BotError):
    """Slack refuses the tokens, or cannot be served as configured."""
