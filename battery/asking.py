"""Asking the process that calculates."""

from typing import Any


class NoAnswer(Exception):
    """No answer to a what-if; the text is a sentence."""


def wake() -> None:
    """Have advice given where it is due."""


def ask_backtest(backtest_id: int) -> None:
    """Have a back-test begun, after those that wait already."""


def ask_what_if(battery_id: int, change: dict[str, Any], *, timeout: float = 3.0) -> dict[str, Any]:
    """What another battery in place of this one would have earned. Raises NoAnswer, Impossible."""
    raise NoAnswer("The process that calculates is not there.")
