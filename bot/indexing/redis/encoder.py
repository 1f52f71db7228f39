"""The encoder of a build in Redis: exported by one process, the same for all."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property

from bot.dense import Encoder
from bot.errors import IndexDamagedError
from bot.indexing.encoding import convert, keep
from bot.redis_link import Link
from bot.stores.encoders import EncoderFactory
from bot.stores.held_encoder import open_kept
from bot.stores.manifest import EncoderRef, ObjectRef, canonical
from bot.stores.redis.locks import Claims
from bot.stores.redis.names import Names
from bot.stores.redis.objects import RedisObjects

_KEPT_SECONDS = 86_400  # an exported encoder that no build has used yet
_POLL = 0.2  # seconds between two looks at what another process exports


@dataclass(frozen=True)
class SharedEncoder:
    """The configured encoder, from Redis where it is there; opened when needed."""

    link: Link
    names: Names
    factory: EncoderFactory
    model: str
    present: EncoderRef | None  # of the generation before
    notice: Callable[[str], None]

    @cached_property
    def entry(self) -> EncoderRef:
        """What the manifest says of the encoder; its files are in Redis.

        Of processes that need a new one at the same time, one exports it: so all have
        the same files, and a text the same vector wherever it was encoded.

        Raises:
            EncoderError: the model cannot be found or converted.
            IndexDamagedError: a file of the encoder is missing.
            EngineError: the server cannot be reached or has no room.
        """
        name = self.factory.identify(self.model)
        found = self.present if self.present and self.present.name == name else None
        claims, claim = Claims(self.link, self.names), f"encoder {name}"
        noticed = False
        while found is None:
            if not (found := self._exported(name)) and claims.take([claim])[0]:
                found = self._export(name)
                claims.release([claim])
            elif not found:
                if not noticed:
                    self.notice("Waiting for the encoder that another process exports.")
                    noticed = True
                time.sleep(_POLL)
        for each in found.files.values():
            self._objects.check_size(each)
        return dataclasses.replace(found, model=self.model)

    @cached_property
    def opened(self) -> Encoder:
        """The encoder itself.

        Raises:
            EncoderError: its files cannot be run.
            IndexDamagedError: one of its files is damaged.
        """
        return open_kept(self.entry, self._objects, self.factory)

    @property
    def _objects(self) -> RedisObjects:
        return RedisObjects(self.link, self.names)

    def _exported(self, name: str) -> EncoderRef | None:
        data = self.link.call("GET", self.names.encoder(name))
        if data is None:
            return None
        values = json.loads(data)
        files = {key: ObjectRef(**each) for key, each in values["files"].items()}
        try:
            self._objects.read_all([*files.values()])
        except IndexDamagedError:
            return None  # exported again, which mends it
        return EncoderRef(**{**values, "files": files})

    def _export(self, name: str) -> EncoderRef:
        files, encoder = convert(self.factory, self.model, name)
        entry = keep(files, encoder, self.model, self._objects.put)
        key = self.names.encoder(name)
        self.link.change("SADD", self.names.at("encoders"), name)
        self.link.change("SET", key, canonical(asdict(entry)), "EX", _KEPT_SECONDS)
        return entry
