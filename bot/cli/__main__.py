"""Runs the command line: ``python -m bot.cli``."""

from bot.cli.program import main

if __name__ == "__main__":
    main()
