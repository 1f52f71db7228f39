"""The embedding model: found, converted once, and run without torch."""
