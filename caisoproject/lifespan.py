"""Servers other than ours say when they begin and end: the pulse of the process does, too."""

from caisoproject.pulses import start_web_pulse, stop_web_pulse
from live.wire import Message, Receive, Send


async def lifespan(scope: Message, receive: Receive, send: Send) -> None:
    """The lifespan protocol of ASGI."""
    await receive()
    start_web_pulse()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await stop_web_pulse()
    await send({"type": "lifespan.shutdown.complete"})
