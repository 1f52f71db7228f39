"""An index kept by a Redis server with its Query Engine; bot/DESIGN.md says why so."""
