"""The encoder of a build: taken from the index before, or exported from the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.dense import Encoder
from bot.errors import EncoderError
from bot.fsio import Block
from bot.stores.encoders import EncoderFactory
from bot.stores.held_encoder import open_kept
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

    def prepare(self) -> None:
        """Convert and open the encoder of a first build, and write nothing yet.

        So it may be done beside other work: the steps of a build on the disk keep
        their order.

        Raises:
            EncoderError: the model cannot be found or converted.
        """
        _, encoder = self._converted
        encoder.encode_query("?")

    @cached_property
    def _name(self) -> str:
        return self.factory.identify(self.model)

    @cached_property
    def _converted(self) -> tuple[Mapping[str, bytes], Encoder]:
        return convert(self.factory, self.model, self._name)

    @cached_property
    def _found(self) -> tuple[EncoderRef, Encoder | None]:
        """The entry, and the encoder itself if it was converted just now."""
        if self.present and self.present.encoder.name == self._name:
            for each in self.present.encoder.files.values():
                self.writer.objects.check_size(each)
            return dataclasses.replace(self.present.encoder, model=self.model), None
        files, encoder = self._converted
        vars(self).pop("_converted")  # as large as the model, and kept on the disk now
        return keep(files, encoder, self.model, self.writer.put), encoder

    @cached_property
    def _encoder(self) -> Encoder:
        entry, encoder = self._found
        if encoder is not None:
            return encoder
        return open_kept(entry, self.writer.objects, self.factory)

    def load(self) -> Encoder:
        """Open the encoder, once.

        Raises:
            EncoderError: its files cannot be run.
            IndexDamagedError: one of its files is damaged.
        """
        return self._encoder


def convert(
    factory: EncoderFactory, model: str, name: str
) -> tuple[Mapping[str, bytes], Encoder]:
    """Convert a model: return the files of the encoder that it becomes, and itself.

    Args:
        factory: converts it.
        model: as configured.
        name: of the encoder that is expected.

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
    return files, encoder


def keep(
    files: Mapping[str, bytes],
    encoder: Encoder,
    model: str,
    put: Callable[[Iterable[Block]], ObjectRef],
) -> EncoderRef:
    """Keep the files of an encoder where the index is, and return its entry.

    Args:
        files: of the encoder.
        encoder: itself.
        model: that it was converted from, as configured.
        put: keeps the bytes of a file.
    """
    references = {key: put([files[key]]) for key in sorted(files)}
    return EncoderRef(encoder.name, encoder.dimensions, model, references)
