"""How fast the bot searches and indexes, beside other libraries on the same text."""
