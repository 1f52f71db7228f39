"""Counters and times for Prometheus."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300)


class Metrics:
    """All metrics of one service, in a registry of their own."""

    def __init__(self) -> None:
        """Start at zero."""
        self.registry = CollectorRegistry()
        self.events = Counter(
            "kb_events_total", "Events taken in", ["kind"], registry=self.registry
        )
        self.ignored = Counter(
            "kb_events_ignored_total",
            "Events that ask nothing of the bot, or came before",
            ["reason"],
            registry=self.registry,
        )
        self.replies = Counter(
            "kb_replies_total",
            "Replies by how they ended",
            ["kind", "status"],
            registry=self.registry,
        )
        self.calls = Counter(
            "kb_slack_calls_total",
            "Calls to Slack",
            ["method", "outcome"],
            registry=self.registry,
        )
        self.votes = Counter(
            "kb_votes_total", "Votes on answers", ["verdict"], registry=self.registry
        )
        self.refused = Counter(
            "kb_requests_refused_total",
            "HTTP requests refused at the door",
            ["reason"],
            registry=self.registry,
        )
        self.answering = Histogram(
            "kb_answer_seconds",
            "Time to compute an answer",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.replying = Histogram(
            "kb_reply_seconds",
            "Time from taking a question in to its reply being posted",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.waiting = Gauge(
            "kb_questions_waiting",
            "Questions taken in and not yet replied to, here",
            registry=self.registry,
        )
        self.connected = Gauge(
            "kb_socket_connected",
            "Whether the Socket Mode connection is up",
            registry=self.registry,
        )
        self.reconnects = Counter(
            "kb_socket_reconnects_total",
            "Reconnections the watchdog asked for",
            registry=self.registry,
        )

    def text(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self.registry)
