"""A message to a room: webhooks that speak Slack's way or Teams'."""

from datetime import datetime

from alerts.delivery.message import Message, slack_body, teams_body
from alerts.delivery.senders.webhook import as_json, post_json


def slack(address: str, secret: str, message: Message, *, now: datetime) -> None:
    """Post to an incoming webhook of Slack, or of Mattermost, Rocket.Chat and others like it."""
    post_json(address, as_json(slack_body(message)), message, {}, now=now)


def teams(address: str, secret: str, message: Message, *, now: datetime) -> None:
    """Post to a workflow of Teams that begins when a webhook request is received."""
    post_json(address, as_json(teams_body(message)), message, {}, now=now)
