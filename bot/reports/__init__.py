"""What the bot did, as text for people."""
