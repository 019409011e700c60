"""Requests to the whole application, as its server passes them on, and the answers as text."""

import gzip
import json
from typing import Any

from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import User
from django.test import Client

from caisoproject.asgi import application
from tests.recorded.recording import in_lines

# What a reader acts on. Lengths follow from the body, and other servers add more.
HEADERS = ("content-type", "content-encoding", "cache-control", "location", "retry-after")
HEADERS += ("content-disposition", "content-security-policy", "x-frame-options")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CSRF = "c" * 32


class Reader:
    """Somebody who asks from an address, logged in or not. Made where there is no event loop."""

    def __init__(self, address: str, name: str = "", *, has_token: bool = True) -> None:
        self.address = address
        self.headers = {"host": "127.0.0.1:8000", "user-agent": FIREFOX}
        cookies = {}
        if name:
            cookies["sessionid"] = session_of(name)
        if has_token:
            cookies["csrftoken"] = self.headers["x-csrftoken"] = CSRF
        self.headers["cookie"] = "; ".join(f"{key}={value}" for key, value in cookies.items())

    async def ask(self, line: str, body: Any = b"", **headers: str) -> str:
        """The answer to `GET /path?query`: status, headers, an empty line and the body."""
        method, _, address = line.partition(" ")
        path, _, query = address.partition("?")
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent_headers = {**self.headers, "content-length": str(len(sent))}
        sent_headers |= {name.replace("_", "-"): value for name, value in headers.items()}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in sent_headers.items()],
            "client": [self.address, 50_000],
            "server": ["127.0.0.1", 8000],
        }
        asked = ApplicationCommunicator(application, scope)
        await asked.send_input({"type": "http.request", "body": sent, "more_body": False})
        start = await asked.receive_output(timeout=20)
        content, more = b"", True
        while more:
            message = await asked.receive_output(timeout=20)
            content += message.get("body", b"")
            more = message.get("more_body", False)
        await asked.wait(timeout=20)
        return answer(start["status"], start["headers"], content)


def session_of(name: str) -> str:
    """The key of a session, as after a log-in."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client.cookies["sessionid"].value


def answer(status: int, headers: Any, content: bytes) -> str:
    """An answer as text; what was compressed is read again."""
    held = {name.decode().lower(): value.decode() for name, value in headers}
    if held.get("content-encoding") == "gzip":
        content = gzip.decompress(content)
    text = content.decode()
    text = in_lines(text) if "json" in held.get("content-type", "") else text
    names = [*HEADERS, "allow"] if status == 405 else HEADERS
    lines = [f"{name}: {held[name]}" for name in names if name in held]
    return "\n".join([str(status), *lines, "", text, ""])
