"""The corpus becomes an index, and only what changed is read and encoded again."""

from bot.indexing.build import build_index
from bot.indexing.report import IndexReport, Progress

__all__ = ["IndexReport", "Progress", "build_index"]
