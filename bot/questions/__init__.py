"""A question is read, and so are the spans that could answer it."""
