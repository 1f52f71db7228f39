"""The files of a converted encoder, and what its settings file says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from bot.errors import EncoderError

FORMAT = 1  # of the files; another number is refused
GRAPH = "model.onnx"  # what to compute, without the weights
WEIGHTS = "weights.bin"  # the weights, one after another
TOKENIZER = "tokenizer.json"
SETTINGS = "encoder.json"


@dataclass(frozen=True, slots=True)
class Weight:
    """A tensor of the graph that is kept in ``weights.bin``."""

    name: str
    dtype: str  # as numpy names it
    shape: tuple[int, ...]
    start: int  # bytes; a multiple of 64, so that it can be used in place


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``encoder.json`` says about the other files."""

    name: str  # see bot.dense.Encoder
    dimensions: int
    inputs: tuple[str, ...]  # of the graph: token ids, their types, their mask
    weights: tuple[Weight, ...]
    query_prompt: str = ""  # put before every question
    passage_prompt: str = ""  # put before every passage
    largest_difference: float = 0.0  # to sentence-transformers, seen on a sample
    made_with: Mapping[str, str] | None = None  # versions of the converting packages

    def to_json(self) -> bytes:
        """Return the file; equal settings give equal bytes."""
        values = {"format": FORMAT, **asdict(self)}
        return (json.dumps(values, indent=1, sort_keys=True) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Settings:
        """Read the file.

        Raises:
            EncoderError: it is damaged or of another format.
        """
        try:
            values = json.loads(data)
            found = values.pop("format")
            values["inputs"] = tuple(values["inputs"])
            values["weights"] = tuple(
                Weight(**{**each, "shape": tuple(each["shape"])})
                for each in values["weights"]
            )
            if found == FORMAT:
                return cls(**values)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise EncoderError(
                f"{SETTINGS} of the index's encoder cannot be read ({error}). "
                "Run `bot index --rebuild`."
            ) from error
        raise EncoderError(
            f"{SETTINGS} of the index's encoder has format {found}, this version of "
            f"the bot reads {FORMAT}. Run `bot index --rebuild`."
        )
