"""Where an index lives: the Protocol every store follows, and its implementations."""
