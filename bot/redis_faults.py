"""What can go wrong with a Redis server, in one line each, and what may pass."""

from __future__ import annotations

from redis import exceptions as faults
from redis.sentinel import MasterNotFoundError

from bot.errors import (
    EngineAccessError,
    EngineError,
    EngineFullError,
    EngineTimeoutError,
    EngineUnreachableError,
    EngineUnsuitableError,
)
from bot.store_config import StoreConfig

# All that the client raises; a cluster's errors have a root of their own.
RAISED = (faults.RedisError, faults.RedisClusterException, OSError)
_ACCESS = (
    faults.AuthenticationError,
    faults.AuthorizationError,
    faults.NoPermissionError,
    faults.AuthenticationWrongNumberOfArgsError,
)
_PASSING = (
    faults.ConnectionError,  # BusyLoadingError is one
    faults.TimeoutError,
    faults.RedisClusterException,
    faults.ClusterDownError,
    faults.TryAgainError,
    OSError,
)
# What the Query Engine says of a search index or alias that it does not have.
ABSENT = ("unknown index name", "no such index", "unknown: index")
_LONGEST = 200  # characters of the server's own words


def passes(error: BaseException) -> bool:
    """Whether trying again may help."""
    if isinstance(error, _ACCESS) or "certificate" in str(error).lower():
        return False
    return isinstance(error, _PASSING)


def explained(error: BaseException, config: StoreConfig) -> EngineError:
    """Say in one line what happened and what to do."""
    where, words = config.url, _words(error)
    if isinstance(error, _ACCESS) or words.startswith(("NOAUTH", "WRONGPASS")):
        return EngineAccessError(
            f"{where} refuses the bot: {words}. Set BOT_REDIS_PASSWORD, and "
            "BOT_REDIS_USER where the server has users, to what the server accepts."
        )
    if passes(error) or "certificate" in words.lower():
        return _unreached(error, config)
    return _refusal(error, where, words)


def _unreached(error: BaseException, config: StoreConfig) -> EngineError:
    """Explain why there was no answer."""
    where, words = config.url, _words(error)
    if isinstance(error, faults.BusyLoadingError):
        return EngineUnreachableError(
            f"{where} is still loading its data after {config.retry_seconds:g} s: wait "
            "until it is done, or raise store.retry_seconds."
        )
    if isinstance(error, (faults.TimeoutError, TimeoutError)):
        return EngineTimeoutError(
            f"{where} did not answer within {config.timeout_seconds:g} s: see what "
            "keeps it busy (redis-cli slowlog get), or raise store.timeout_seconds."
        )
    if isinstance(error, MasterNotFoundError):
        return EngineUnreachableError(
            f"No sentinel of {where} names a primary that can be reached: see "
            "`redis-cli -p 26379 sentinel masters`."
        )
    if "certificate" in words.lower():
        return EngineUnreachableError(
            f"{where} shows a certificate that is not trusted: {words}. Let "
            "BOT_REDIS_CA name the PEM file of the authority that signed it."
        )
    return EngineUnreachableError(
        f"{where} cannot be reached: {words}. Start the server, or correct "
        "store.url in bot.toml."
    )


def _refusal(error: BaseException, where: str, words: str) -> EngineError:
    """Explain an error that the server answered with."""
    if isinstance(error, faults.OutOfMemoryError) or words.startswith("OOM"):
        return EngineFullError(
            f"{where} has reached its maxmemory, and nothing was written: raise it "
            "(redis-cli config set maxmemory 4gb), or delete what is old."
        )
    if words.startswith("MISCONF"):
        return EngineFullError(
            f"{where} cannot write to its disk, and nothing was changed: make room "
            "there, and see its log."
        )
    if isinstance(error, faults.ReadOnlyError):
        return EngineUnsuitableError(
            f"{where} is a replica, which takes no changes: name the primary in "
            "store.url, or use redis+sentinel://."
        )
    if words.lower().startswith("unknown command 'ft."):
        return EngineUnsuitableError(
            f"{where} has no Query Engine: use Redis 8, or load the module redisearch."
        )
    if any(each in words.lower() for each in ABSENT):
        return EngineError(
            f"{where} has lost a search index ({words}): run `bot index --rebuild`."
        )
    return EngineError(f"{where} refuses a command: {words}.")


def _words(error: BaseException) -> str:
    """Return the error's own words in one line, without a full stop.

    They end where the server begins to quote the command, which may hold a question.
    """
    text = " ".join(str(error).split()).partition(", with args")[0]
    text = text or type(error).__name__
    return text[:_LONGEST].rstrip(". ")
