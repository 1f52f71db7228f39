"""Evidence becomes an Answer that is quoted and cited, or a refusal with its reason."""

from bot.answering.composing import answer, answer_parts
from bot.answering.found import Found, Setting

__all__ = ["Found", "Setting", "answer", "answer_parts"]
