"""The app manifest: what Slack has to allow for a configuration, and nothing more."""

from __future__ import annotations

from typing import Any

from bot.slack_config import SlackConfig

_SCOPES = (
    "app_mentions:read",  # mentions
    "assistant:write",  # suggested prompts
    "channels:history",  # finding our own reply after an unclear failure
    "chat:write",
    "commands",
    "groups:history",  # as channels:history, in private channels
    "im:history",  # direct messages
)
_EVENTS = (
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.im",
    "tokens_revoked",
)


def scopes(config: SlackConfig) -> tuple[str, ...]:
    """The scopes of the bot token, sorted.

    Telling guests and shared channels apart takes the right to look them up; a
    configuration that allows both needs neither.
    """
    wanted = set(_SCOPES)
    if not config.allow_guests:
        wanted.add("users:read")
    if not config.allow_shared:
        wanted |= {"channels:read", "groups:read"}
    return tuple(sorted(wanted))


def events(config: SlackConfig) -> tuple[str, ...]:
    """The events to subscribe to, sorted.

    Edits and deletions in channels, and follow-ups without a mention, come as
    messages; with both switched off channels' messages are not delivered at all.
    """
    more = ("message.channels", "message.groups") if config.reads_channels else ()
    return tuple(sorted({*_EVENTS, *more}))


def manifest(config: SlackConfig, url: str = "") -> dict[str, Any]:
    """The manifest as Slack's schema has it.

    Args:
        config: what it is made for.
        url: of the bot's /slack/events as Slack reaches it, in HTTP mode.
    """
    over_http = {"request_url": url} if config.mode == "http" else {}
    command = {
        "command": "/ask",
        "description": "Ask the knowledge base privately",
        "usage_hint": "[question]",
        "should_escape": False,
    }
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "KB Answers",
            "description": "Answers questions from the indexed corpus, with citations.",
            "background_color": "#1f2a44",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "kb-answers", "always_online": True},
            "agent_view": {
                "agent_description": (
                    "Finds answers in the indexed documents and cites every source. "
                    "It quotes; it does not invent."
                ),
                "suggested_prompts": [
                    {
                        "title": "What can you answer?",
                        "message": "What can you answer?",
                    }
                ],
            },
            "shortcuts": [
                {
                    "name": "Answer this",
                    "type": "message",
                    "callback_id": "ask_about_this",
                    "description": "Look this message up in the knowledge base",
                }
            ],
            "slash_commands": [
                {**command, "url": url} if config.mode == "http" else command
            ],
        },
        "oauth_config": {"scopes": {"bot": list(scopes(config))}},
        "settings": {
            "event_subscriptions": {**over_http, "bot_events": list(events(config))},
            "interactivity": {"is_enabled": True, **over_http},
            "org_deploy_enabled": False,
            "socket_mode_enabled": config.mode == "socket",
            "token_rotation_enabled": False,
        },
    }
