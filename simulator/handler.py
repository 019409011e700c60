"""HTTP/1.1 like OASIS: the recorded headers in their order, chunked, without a length."""

import socket
import struct
from collections.abc import Iterator
from datetime import UTC
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from simulator import control
from simulator.faults import DRIP, RESET, SLOW
from simulator.oasis_answers import Answer
from simulator.stand_in import Reply, Request

if TYPE_CHECKING:
    from simulator.server import OasisServer

CHUNK_BYTES, DRIP_BYTES = 8192, 64
KEEP_ALIVE_SECONDS = 15


class OasisHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = KEEP_ALIVE_SECONDS
    disable_nagle_algorithm = True
    server: "OasisServer"

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()

    def log_message(self, *arguments: object) -> None:
        """Nothing, as simulator.request_log keeps the log."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        if url.path.startswith(control.PREFIX):
            self._control(url.path.removeprefix(control.PREFIX), body)
            return
        query = dict(parse_qsl(url.query))
        self._oasis(Request(str(self.command), url.path, query, str(self.client_address[0])))

    def _control(self, page: str, body: bytes) -> None:
        status, document = control.handle(self.server.stand_in, str(self.command), page, body)
        text = control.written(document)
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _oasis(self, request: Request) -> None:
        reply = self.server.stand_in.reply(request)
        if reply.fault == SLOW:
            self.server.stopping.wait(self.server.stand_in.slow_seconds)
        self._send_head(reply.answer)
        for part in self._parts(reply):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        if reply.fault == RESET:
            self._reset()
        else:
            self.wfile.write(b"0\r\n\r\n")

    def _send_head(self, answer: Answer) -> None:
        """The real headers of a 429 are unknown, so it gets those of an HTML page."""
        now = self.server.stand_in.clock().astimezone(UTC)
        self.send_response_only(answer.status)
        self.send_header("Date", format_datetime(now, usegmt=True))
        self.send_header("Server", "Apache")
        if answer.file_name:
            self.send_header("Content-Disposition", f"inline; filename={answer.file_name};")
        kind = "application/x-zip-compressed" if answer.file_name else "text/html"
        self.send_header("Content-Type", kind)
        self.send_header("Keep-Alive", f"timeout={KEEP_ALIVE_SECONDS}, max=100")
        self.send_header("Connection", "Keep-Alive")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _parts(self, reply: Reply) -> Iterator[bytes]:
        body = reply.answer.body
        if reply.fault == RESET:
            body = body[: len(body) // 2]
        size = DRIP_BYTES if reply.fault == DRIP else CHUNK_BYTES
        for start in range(0, len(body), size):
            yield body[start : start + size]
            if reply.fault == DRIP:
                self.server.stopping.wait(self.server.stand_in.drip_seconds)

    def _reset(self) -> None:
        """With a linger time of 0, close() sends a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.server.resetting.add(self.connection)
        self.close_connection = True
