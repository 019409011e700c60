"""Rules, the alerts they open, and the deliveries that announce them."""

from alerts.models.alerts import CLEARED, OPENED, RETRACTED, Alert, Transition
from alerts.models.conditions import Condition
from alerts.models.deliveries import Delivery, new_key
from alerts.models.judging_state import state_fields
from alerts.models.methods import Method
from alerts.models.operational import OperationalAlert
from alerts.models.rules import CRITICAL, INFO, SEVERITIES, WARNING, Rule
from alerts.models.totals import Total
from alerts.models.watching import Watching

__all__ = [
    "CLEARED",
    "CRITICAL",
    "INFO",
    "OPENED",
    "RETRACTED",
    "SEVERITIES",
    "WARNING",
    "Alert",
    "Condition",
    "Delivery",
    "Method",
    "OperationalAlert",
    "Rule",
    "Total",
    "Transition",
    "Watching",
    "new_key",
    "state_fields",
]
