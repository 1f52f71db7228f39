"""The bot in Slack: takes events in, asks, and delivers one reply for each."""
