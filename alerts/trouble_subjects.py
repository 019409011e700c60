"""The names under which troubles are kept: one for each rule and delivery method."""

from alerts.models import Method, Rule
from market.markets import Market
from prices.models import Node

JUDGING, SENDING, WATCHING = "judging", "sending", "watching"


def subject_of(rule: Rule) -> str:
    return f"rule {rule.pk}"


def subject_of_rules(node: Node, market: Market) -> str:
    """All rules of a node and market together."""
    return f"rules of {node.slug} {market.value}"


def subject_of_method(method: Method) -> str:
    return f"method {method.pk}"
