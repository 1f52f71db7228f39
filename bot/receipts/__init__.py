"""The log of answers: what each was made from, whether it holds, and what changed."""
