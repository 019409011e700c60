"""Autobahn formats its settings at each connection, for a line of its log that nobody asks for."""

from autobahn.websocket import protocol


def quieten() -> None:
    """Let it format nothing: a tenth of what a new reader costs."""
    protocol.pformat = unformatted


def unformatted(_: object) -> str:
    return ""
