"""The terminal chat: a prompt, answers with their quotes set apart, and commands."""
