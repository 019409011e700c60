"""The pages that people read, as the server writes them."""

import re

from asgiref.sync import async_to_sync

from tests.recorded.asking import Reader
from tests.recorded.recording import Texts

TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[A-Za-z0-9]+')
ALERTS = {
    "alerts": "GET /alerts/",
    "alerts-retracted": "GET /alerts/?hub=SP15&state=retracted",
    "alerts-of-no-rule": "GET /alerts/?rule=99&page=7",
    "acknowledge": "POST /alerts/16/acknowledge/",
    "mute": "POST /alerts/rules/1/mute/",
    "alerts-afterwards": "GET /alerts/",
}
OTHERS = {
    "prices": "GET /",
    "prices-np15": "GET /?hub=np15",
    "push-worker": "GET /push-worker.js",
    "not-there": "GET /nothing",
}


def taken() -> Texts:
    """The pages, of alerts by who reads them; tokens, which are others each time, are left out."""
    readers = {
        "anybody": Reader("203.0.113.80"),
        "reader": Reader("203.0.113.81", "reader"),
        "operator": Reader("203.0.113.82", "operator"),
    }
    asked = [
        *((page, line, readers["anybody"]) for page, line in OTHERS.items()),
        *(
            (f"{page}-{who}", line, reader)
            for who, reader in readers.items()
            for page, line in ALERTS.items()
        ),
    ]
    return {
        f"{name}.txt": TOKEN.sub(r"\1TOKEN", async_to_sync(reader.ask)(line))
        for name, line, reader in asked
    }
