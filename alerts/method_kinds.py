"""The kinds of delivery methods, and what people call them. Pure.

Each has a sender in `alerts.delivery.senders.catalog`.
"""

EMAIL, WEBHOOK, SLACK, TEAMS = "email", "webhook", "slack", "teams"
NTFY, APPRISE, PUSH = "ntfy", "apprise", "push"

# At most 8 characters each, as they are stored.
LABELS = {
    EMAIL: "e-mail",
    WEBHOOK: "webhook (signed JSON)",
    SLACK: "Slack-compatible webhook",
    TEAMS: "Teams-compatible webhook",
    NTFY: "ntfy",
    APPRISE: "Apprise URL",
    PUSH: "browser push",
}
