"""How good rankings are, by how they are made: `python -m tests.benchmarks.quality`."""
