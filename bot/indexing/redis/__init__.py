"""The corpus becomes an index inside Redis; several processes may share the work."""
