"""Opens an index in Redis, as bot.toml names it."""

from __future__ import annotations

from contextlib import suppress

from bot.config import Config
from bot.errors import EngineError, EngineUnsuitableError
from bot.redis_link import Link, open_link
from bot.store_config import read_address
from bot.stores.compatibility import check_compatible
from bot.stores.encoders import EncoderFactory
from bot.stores.redis.generations import Generations
from bot.stores.redis.names import Names, index_names
from bot.stores.redis.reader import RedisReader


def open_names(config: Config) -> tuple[Link, Names]:
    """Return the server, and what things are called there; nothing is sent yet.

    Raises:
        ConfigError: store.url or a credential cannot be used.
        EngineUnsuitableError: it names a cluster, or another database than 0.
    """
    store = config.store
    address = read_address(store.url)
    if address.kind == "cluster":
        raise EngineUnsuitableError(
            f"store.url is {store.url}, and an index is kept by one server with its "
            "replicas, not by a cluster: use redis:// or redis+sentinel://."
        )
    if address.database:
        raise EngineUnsuitableError(
            f"store.url is {store.url}, and the Query Engine searches database 0 only: "
            "leave the number out, and keep bots apart by store.prefix."
        )
    names = index_names(store.prefix, config.index_path.absolute().name)
    return open_link(store), names


def open_redis_reader(
    config: Config, encoders: EncoderFactory | None = None
) -> RedisReader:
    """Open the current generation of an index.

    Args:
        config: names the server and the index, tells the encoder that is wanted, and
            BM25's parameters.
        encoders: opens the encoder, whose files are read from Redis; the default one
            if not given.

    Raises:
        IndexMissingError: there is no index.
        IndexIncompatibleError: its format, analysis or encoder is another one.
        IndexDamagedError: what describes it is missing or changed.
        EngineError: the server cannot be reached, or lacks the Query Engine.
    """
    factory = encoders or EncoderFactory()
    link, names = open_names(config)
    hold = None
    try:
        generation, hold = Generations(link, names).hold_current()
        place = f"{config.store.url}, {names.root},"
        check_compatible(place, generation.manifest, config, factory)
        return RedisReader(link, names, (generation, hold), config.retrieval, factory)
    except BaseException:
        if hold:
            with suppress(EngineError):
                hold.release()
        link.close()
        raise
