"""The encoder of a build: taken from the index before, or exported from the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from bot.dense import Encoder
from bot.errors import EncoderError
from bot.fsio import Block
from bot.stores.encoders import EncoderFactory
from bot.stores.manifest import EncoderRef, Manifest, ObjectRef
from bot.stores.objects import ObjectWriter


@dataclass(frozen=True)
class EncoderSource:
    """The configured encoder; opened only when there is something to encode."""

    factory: EncoderFactory
    model: str
    writer: ObjectWriter
    present: Manifest | None

    @property
    def entry(self) -> EncoderRef:
        """What the manifest says of the encoder; its files are in the index.

        Raises:
            EncoderError: the model cannot be found or converted.
            IndexDamagedError: a file of the encoder is missing.
            IndexWriteError: the disk refuses.
        """
        return self._found[0]

    @cached_property
    def _found(self) -> tuple[EncoderRef, Encoder | None]:
        """The entry, and the encoder itself if it was converted just now."""
        name = self.factory.identify(self.model)
        if self.present and self.present.encoder.name == name:
            for each in self.present.encoder.files.values():
                self.writer.objects.check_size(each)
            return dataclasses.replace(self.present.encoder, model=self.model), None
        return export(self.factory, self.model, name, self.writer.put)

    @cached_property
    def _encoder(self) -> Encoder:
        entry, encoder = self._found
        if encoder is not None:
            return encoder
        data = self.writer.objects.read_all(list(entry.files.values()))
        return self.factory.load(dict(zip(entry.files, data, strict=True)))

    def load(self) -> Encoder:
        """Open the encoder, once.

        Raises:
            EncoderError: its files cannot be run.
            IndexDamagedError: one of its files is damaged.
        """
        return self._encoder


def export(
    factory: EncoderFactory,
    model: str,
    name: str,
    put: Callable[[Iterable[Block]], ObjectRef],
) -> tuple[EncoderRef, Encoder]:
    """Convert a model, and keep the files of the encoder that it becomes.

    Args:
        factory: converts it.
        model: as configured.
        name: of the encoder that is expected.
        put: keeps the bytes of a file where the index is.

    Raises:
        EncoderError: it cannot be converted, or became another encoder.
    """
    files = factory.export(model)
    encoder = factory.load(files)
    if encoder.name != name:
        raise EncoderError(
            f"The exported encoder is {encoder.name}, not {name}: the model "
            "changed while it was read. Run the command again."
        )
    references = {key: put([files[key]]) for key in sorted(files)}
    return EncoderRef(name, encoder.dimensions, model, references), encoder
