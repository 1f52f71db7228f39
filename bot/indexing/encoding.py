"""The encoder of a build: taken from the index before, or exported from the model."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cached_property

from bot.dense import Encoder
from bot.errors import EncoderError
from bot.stores.encoders import EncoderFactory
from bot.stores.manifest import EncoderRef, Manifest
from bot.stores.objects import ObjectWriter


@dataclass(frozen=True)
class EncoderSource:
    """The configured encoder; opened only when there is something to encode."""

    factory: EncoderFactory
    model: str
    writer: ObjectWriter
    present: Manifest | None

    @cached_property
    def entry(self) -> EncoderRef:
        """What the manifest says of the encoder; its files are in the index.

        Raises:
            EncoderError: the model cannot be found or converted.
            IndexDamagedError: a file of the encoder is missing.
            IndexWriteError: the disk refuses.
        """
        name = self.factory.identify(self.model)
        if self.present and self.present.encoder.name == name:
            for each in self.present.encoder.files.values():
                self.writer.objects.check_size(each)
            return dataclasses.replace(self.present.encoder, model=self.model)
        return self._export(name)

    @cached_property
    def _encoder(self) -> Encoder:
        files = self.entry.files
        data = self.writer.objects.read_all(list(files.values()))
        return self.factory.load(dict(zip(files, data, strict=True)))

    def load(self) -> Encoder:
        """Open the encoder, once.

        Raises:
            EncoderError: its files cannot be run.
            IndexDamagedError: one of its files is damaged.
        """
        return self._encoder

    def _export(self, name: str) -> EncoderRef:
        files = self.factory.export(self.model)
        encoder = self.factory.load(files)
        if encoder.name != name:
            raise EncoderError(
                f"The exported encoder is {encoder.name}, not {name}: the model "
                "changed while it was read. Run the command again."
            )
        references = {key: self.writer.put([files[key]]) for key in sorted(files)}
        return EncoderRef(name, encoder.dimensions, self.model, references)
