"""Messages to a chat room, through a webhook that understands Slack's or Teams' format."""

from datetime import datetime

from alerts.delivery.message import Message, slack_body, teams_body
from alerts.delivery.senders.webhook import as_json, post_json


def send_slack(address: str, secret: str, message: Message, *, now: datetime) -> None:
    """Post to an incoming webhook of Slack, Mattermost, Rocket.Chat or the like."""
    post_json(address, as_json(slack_body(message)), message, {}, now=now)


def send_teams(address: str, secret: str, message: Message, *, now: datetime) -> None:
    """Post to a Teams workflow that is started by a webhook."""
    post_json(address, as_json(teams_body(message)), message, {}, now=now)
