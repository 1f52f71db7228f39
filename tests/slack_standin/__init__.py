"""A stand-in for Slack, to which the unmodified bolt and SDK talk over real sockets."""
