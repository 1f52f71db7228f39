"""When the files of a corpus change, so that the index can follow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

from bot.errors import InputError

_POLL = 500  # milliseconds between two looks at whether to stop


def changes(corpus: Path, stop: Event | None = None) -> Iterator[frozenset[str]]:
    """Yield once at the start, and then whenever files were written, moved or removed.

    What changes while the caller works on one yield is in the next: nothing is missed
    between two of them, and many changes at once are one. Hidden files count for
    nothing, as they do in a build.

    Args:
        corpus: the folder.
        stop: ends it when set, within half a second.

    Yields:
        The paths inside the corpus that changed; none for the first.

    Raises:
        InputError: the folder is missing or cannot be watched.
    """
    from watchfiles import watch  # noqa: PLC0415 - only this command needs it

    root = corpus.resolve()
    started = False
    try:
        for found in watch(
            root,
            watch_filter=None,
            stop_event=stop,
            yield_on_timeout=True,
            rust_timeout=_POLL,
            raise_interrupt=True,
        ):
            paths = frozenset(
                name for _, path in found if (name := _visible(root, Path(path)))
            )
            if paths or not started:
                started = True
                yield paths
    except OSError as error:
        raise InputError(
            f"The corpus folder {corpus} cannot be watched: {error}. Run `bot index` "
            "after each change instead."
        ) from error


def _visible(root: Path, path: Path) -> str:
    """Return the path inside the corpus, or "" when a part of it is hidden."""
    try:
        parts = path.relative_to(root).parts
    except ValueError:
        return ""
    return "" if any(each.startswith(".") for each in parts) else "/".join(parts)
