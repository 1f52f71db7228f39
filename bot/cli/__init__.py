"""The command line: thin commands over the parts."""

from bot.cli.program import main

__all__ = ["main"]
