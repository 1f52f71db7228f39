"""Words, terms and sentences: one definition for indexing and for asking."""
