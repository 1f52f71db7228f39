"""The slack-bolt app: one set of listeners for Socket Mode and HTTP.

Each listener does only what must be on disk before Slack is told that the event
arrived (``process_before_response``); an error in it leaves the event
unacknowledged, so Slack delivers it again.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.actions import Actions
from bot.channels.slack.context import Context
from bot.channels.slack.intake import Intake
from bot.channels.slack.logs import log, log_error
from bot.channels.slack.tokens import Secrets

COMMAND = "/ask"
SHORTCUT = "ask_about_this"
Body = dict[str, Any]


def make_app(
    context: Context, intake: Intake, client: AsyncWebClient, secrets: Secrets
) -> AsyncApp:
    """Join the listeners to a bolt app."""

    async def authorize(**_: object) -> AuthorizeResult:
        """Say who we are from memory: bolt would ask Slack for each event."""
        return AuthorizeResult(
            enterprise_id=context.me.enterprise or None,
            team_id=context.me.team,
            bot_token=secrets.bot_token,
            bot_id=context.me.bot,
            bot_user_id=context.me.user,
        )

    app = AsyncApp(
        client=client,
        authorize=authorize,
        signing_secret=secrets.signing_secret or "unused in Socket Mode",
        process_before_response=True,
        request_verification_enabled=bool(secrets.signing_secret),
        ignoring_self_events_enabled=False,  # events.decide does, and says so
    )
    actions = Actions(context, intake)
    _add_events(app, context, intake, actions)
    _add_asking(app, context, actions)
    _add_buttons(app, context, actions)

    @app.error
    async def on_error(error: Exception) -> None:
        log_error("listener_error", error)
        raise error  # not acknowledged: Slack delivers it again

    return app


def _add_events(
    app: AsyncApp, context: Context, intake: Intake, actions: Actions
) -> None:
    @app.event("app_mention")
    @app.event("message")
    async def on_message(body: Body) -> None:
        await intake.event(body)

    @app.event("app_home_opened")
    async def on_home(event: Body) -> None:
        context.spawn(actions.opened(event))

    @app.event("app_uninstalled")
    @app.event("tokens_revoked")
    async def on_removal(event: Body) -> None:
        context.revoked = True
        log("app_removed", logging.ERROR, type=str(event.get("type")))

    @app.event(re.compile(".*"))
    async def on_other() -> None:
        context.metrics.ignored.labels("an event nobody asked for").inc()


def _add_asking(app: AsyncApp, context: Context, actions: Actions) -> None:
    @app.command(COMMAND)
    async def on_command(ack: AsyncAck, body: Body) -> None:
        await ack(await actions.command(body))

    @app.shortcut(SHORTCUT)
    async def on_shortcut(ack: AsyncAck, body: Body) -> None:
        await actions.shortcut(body)
        await ack()

    @app.shortcut(re.compile(".*"))
    async def on_other_shortcut(ack: AsyncAck) -> None:
        context.metrics.ignored.labels("another shortcut").inc()
        await ack()


def _add_buttons(app: AsyncApp, context: Context, actions: Actions) -> None:
    @app.action("feedback")
    async def on_feedback(ack: AsyncAck, body: Body) -> None:
        await ack()
        context.spawn(actions.vote(body))

    @app.view("feedback_reason")
    async def on_reason(ack: AsyncAck, body: Body) -> None:
        await actions.reason(body)
        await ack()

    @app.action("share")
    async def on_share(ack: AsyncAck, body: Body) -> None:
        await actions.share(body)
        await ack()

    @app.action(re.compile("context|why|verify"))
    async def on_button(ack: AsyncAck, body: Body) -> None:
        await ack()
        context.spawn(actions.show(body, str(body["actions"][0]["action_id"])))

    @app.action(re.compile(".*"))
    async def on_other(ack: AsyncAck) -> None:
        await ack()
