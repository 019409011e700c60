"""What troubles of alerts are called: each rule and each delivery method stands alone."""

from alerts.models import Method, Rule
from market.markets import Market
from prices.models import Node

JUDGING, SENDING = "judging", "sending"


def subject_of(rule: Rule) -> str:
    """A rule, as its trouble is called."""
    return f"rule {rule.pk}"


def subject_of_rules(node: Node, market: Market) -> str:
    """All rules of a node and market."""
    return f"rules of {node.slug} {market.value}"


def subject_of_method(method: Method) -> str:
    """A delivery method."""
    return f"method {method.pk}"
