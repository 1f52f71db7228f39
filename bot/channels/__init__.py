"""Where people meet the bot; a channel translates, and decides nothing."""
