"""How well sentences answer a question, in absolute terms, and how sure one can be."""
