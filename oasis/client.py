"""OASIS over HTTP: one request at a time, limited in time and size, and a name for each failure."""

import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import requests

from oasis.archive import ANSWER, MIB
from oasis.errors import BadAnswer, OasisTrouble, RateLimited, ServerTrouble
from oasis.outside import keep_outside
from oasis.proxies import Session, without_credentials
from oasis.query import PriceQuery
from oasis.turns import NoTurn, Priority, Turn, Turns
from oasis.unreachable import why_unreachable
from telemetry import traces

CONNECT_SECONDS = 5
READ_SECONDS = 15
# For one answer, from when its request begins. A turn lasts longer than this and one more read.
DEADLINE_SECONDS = 40
FIRST_PAUSE_SECONDS = 2.0
ACCEPTABLE_USE = b"Acceptable Use Policy Violation"
MOST_QUOTED = 200
USER_AGENT = "caiso-live (an open-source price desk)"


@dataclass(frozen=True)
class Download:
    """One archive as it came, not yet read."""

    content: bytes
    status: int


class Oasis:
    """A client for one OASIS address. `turns` are those of the whole deployment.

    Unless it may be `inside` our network, or on this machine, only public addresses are asked.
    """

    def __init__(self, url: str, turns: Turns, *, inside: bool = False) -> None:
        self.url = url
        self.turns = turns
        self.session = Session()
        if not inside:
            keep_outside(self.session, url)
        self.session.headers["User-Agent"] = USER_AGENT

    def single_zip(self, query: PriceQuery, priority: Priority) -> Download:
        """The answer to a price query.

        Raises NoTurn if no turn came in time, and the errors of `oasis.errors`.
        """
        return self.download("SingleZip", query.parameters, priority)

    def download(self, servlet: str, parameters: dict[str, str], priority: Priority) -> Download:
        """One servlet's answer, tried as often as `priority` does.

        Waiting for a turn does not shorten the time for the answer.
        """
        trouble: OasisTrouble | None = None
        for pause in pauses(priority.tries):
            time.sleep(pause)
            try:
                return self.try_once(servlet, parameters, priority)
            except (RateLimited, ServerTrouble) as fault:
                trouble = fault
            except NoTurn as fault:
                raise trouble or fault from fault
        raise trouble or ServerTrouble("not asked")

    def try_once(self, servlet: str, parameters: dict[str, str], priority: Priority) -> Download:
        """One request, if there is a turn for it. No turn, no request."""
        with self.turns.turn(priority) as turn:
            try:
                return self.request(servlet, parameters, turn)
            except (requests.Timeout, requests.ConnectionError) as fault:
                detail = f"{why_unreachable(fault)}\nno answer from {self.url}: {fault}"
                raise ServerTrouble(without_credentials(detail)) from fault
            except requests.RequestException as fault:
                detail = f"the answer broke off: {fault}"
                raise ServerTrouble(without_credentials(detail)) from fault

    def request(self, servlet: str, parameters: dict[str, str], turn: Turn) -> Download:
        """One answer, whole and within its limits. Raises the errors of `oasis.errors`."""
        with traces.span("OASIS request", servlet=servlet):
            return self.request_whole(servlet, parameters, turn)

    def request_whole(self, servlet: str, parameters: dict[str, str], turn: Turn) -> Download:
        """The same, within a span."""
        until = time.monotonic() + DEADLINE_SECONDS
        with self.session.get(
            f"{self.url}/{servlet}",
            params=parameters,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            stream=True,
            allow_redirects=False,  # that would be a second request within the 5 seconds
        ) as response:
            turn.start_pause()
            content = b"".join(bounded(response.iter_content(16 * 1024), until, time.monotonic))
            location = response.headers.get("Location", "")
            raise_failure(response.status_code, content, location)
            return Download(content, response.status_code)


def bounded(
    pieces: Iterator[bytes], until: float, monotonic: Callable[[], float]
) -> Iterator[bytes]:
    """`pieces`, until time is up or they are too many: then raises ServerTrouble or BadAnswer.

    A server that sends a byte every few seconds never causes a read timeout: hence the clock.
    """
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > ANSWER.bytes_in:
            raise BadAnswer(f"the answer is larger than {ANSWER.bytes_in // MIB} MB")
        if monotonic() > until:
            raise ServerTrouble(f"the answer took longer than {DEADLINE_SECONDS} s")
        yield piece


def raise_failure(status: int, content: bytes, location: str = "") -> None:
    """Raise the failures that HTTP shows. The others are error documents inside the zip.

    A client that asks too often gets the acceptable-use page, with a 429 or with a 200.
    """
    is_page = is_html(content)
    if status == HTTPStatus.OK and not is_page and ACCEPTABLE_USE not in content[:2000]:
        return
    kind: type[OasisTrouble] = BadAnswer
    if status == HTTPStatus.TOO_MANY_REQUESTS or ACCEPTABLE_USE in content[:2000]:
        kind = RateLimited
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kind = ServerTrouble
    trouble = kind(summary(status, content, location))
    trouble.status, trouble.body = status, content
    raise trouble


def summary(status: int, content: bytes, location: str) -> str:
    """What came instead of a report, in one line; of a redirect, where it leads."""
    if location and HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        address = urlsplit(location)
        to = f"{address.scheme}://{address.netloc}" if address.netloc else ""
        return f"redirects to {(to + address.path)[:MOST_QUOTED]} (HTTP {status})"
    if status == HTTPStatus.OK and is_html(content):
        return f"an HTML page came instead{title(content)}"
    return f"HTTP {status}: {content[:MOST_QUOTED].decode('utf-8', 'replace')}"


def is_html(content: bytes) -> bool:
    """Whether it is a web page: of a proxy, a log-in, or some other server."""
    return re.match(rb"\s*<(!doctype\s+html|html)", content[:200], re.IGNORECASE) is not None


def title(content: bytes) -> str:
    """The title of a web page, after a comma and in quotation marks; empty if it has none."""
    found = re.search(rb"<title[^>]*>([^<]{1,80})", content[:20_000], re.IGNORECASE)
    words = " ".join(found[1].decode("utf-8", "replace").split()) if found else ""
    return f', "{words}"' if words else ""


def pauses(tries: int) -> Iterator[float]:
    """How long to wait before each try, in seconds: not at all before the first, then doubling,
    with up to half as much again."""
    yield 0.0
    for number in range(tries - 1):
        yield FIRST_PAUSE_SECONDS * 2**number * random.uniform(1.0, 1.5)
