"""OASIS over HTTP: one polite, bounded request at a time, and its failures by name."""

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
from oasis.proxies import Session, without_credentials
from oasis.query import PriceQuery
from oasis.turns import Manner, NoTurn, Turn, Turns
from oasis.unreachable import why

CONNECT_SECONDS = 5
READ_SECONDS = 15
# One answer, from when its request begins: a turn (politeness) outlives it and the last read.
DEADLINE_SECONDS = 40
FIRST_PAUSE_SECONDS = 2.0
ACCEPTABLE_USE = b"Acceptable Use Policy Violation"
MOST_QUOTED = 200
USER_AGENT = "caiso-live (an open-source price desk)"


@dataclass(frozen=True)
class Download:
    """One archive as it came, before anybody looked inside."""

    content: bytes
    status: int


class Oasis:
    """A client for one OASIS address. `turns` hands out the turns of the whole deployment."""

    def __init__(self, url: str, turns: Turns) -> None:
        self.url = url
        self.turns = turns
        self.session = Session()
        self.session.headers["User-Agent"] = USER_AGENT

    def single_zip(self, query: PriceQuery, manner: Manner) -> Download:
        """The answer to a price query.

        Raises NoTurn when no turn came, and the errors of `oasis_errors`.
        """
        return self.download("SingleZip", query.parameters, manner)

    def download(self, servlet: str, parameters: dict[str, str], manner: Manner) -> Download:
        """One servlet's answer, tried as often as `manner` does.

        Waiting for a turn takes nothing of the time that an answer has.
        """
        trouble: OasisTrouble | None = None
        for pause in pauses(manner.tries):
            time.sleep(pause)
            try:
                return self.try_once(servlet, parameters, manner)
            except (RateLimited, ServerTrouble) as fault:
                trouble = fault
            except NoTurn as fault:
                raise trouble or fault from fault
        raise trouble or ServerTrouble("not asked")

    def try_once(self, servlet: str, parameters: dict[str, str], manner: Manner) -> Download:
        """One request, if there is a turn for it. No turn, no request."""
        with self.turns.turn(manner) as turn:
            try:
                return self.request(servlet, parameters, turn)
            except (requests.Timeout, requests.ConnectionError) as fault:
                said = f"{why(fault)}\nno answer from {self.url}: {fault}"
                raise ServerTrouble(without_credentials(said)) from fault
            except requests.RequestException as fault:
                raise ServerTrouble(f"the answer broke off: {said_of(fault)}") from fault

    def request(self, servlet: str, parameters: dict[str, str], turn: Turn) -> Download:
        """The bytes of one answer, whole and within bounds, or why they are none."""
        until = time.monotonic() + DEADLINE_SECONDS
        with self.session.get(
            f"{self.url}/{servlet}",
            params=parameters,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            stream=True,
            allow_redirects=False,  # a second request in one turn would come too close
        ) as response:
            turn.over()
            content = b"".join(bounded(response.iter_content(16 * 1024), until, time.monotonic))
            location = response.headers.get("Location", "")
            refuse_errors(response.status_code, content, location)
            return Download(content, response.status_code)


def bounded(
    pieces: Iterator[bytes], until: float, monotonic: Callable[[], float]
) -> Iterator[bytes]:
    """`pieces` while there is time and room for them.

    A server that drips a byte every few seconds never meets a read timeout: hence the clock.
    """
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > ANSWER.bytes_in:
            raise BadAnswer(f"the answer is larger than {ANSWER.bytes_in // MIB} MB")
        if monotonic() > until:
            raise ServerTrouble(f"the answer took longer than {DEADLINE_SECONDS} s")
        yield piece


def refuse_errors(status: int, content: bytes, location: str = "") -> None:
    """Tell the failures apart that HTTP shows; OASIS tells the others inside the zip.

    OASIS refuses whoever asks too often with a 429, or with the same page and a 200.
    """
    is_page = is_html(content)
    if status == HTTPStatus.OK and not is_page and ACCEPTABLE_USE not in content[:2000]:
        return
    kind: type[OasisTrouble] = BadAnswer
    if status == HTTPStatus.TOO_MANY_REQUESTS or ACCEPTABLE_USE in content[:2000]:
        kind = RateLimited
    elif status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kind = ServerTrouble
    trouble = kind(said(status, content, location))
    trouble.status, trouble.body = status, content
    raise trouble


def said_of(fault: requests.RequestException) -> str:
    """What requests says, without a proxy's password."""
    return without_credentials(str(fault))


def said(status: int, content: bytes, location: str) -> str:
    """What came instead of a report, in a line; a redirect says where it would lead."""
    if location and HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        address = urlsplit(location)
        to = f"{address.scheme}://{address.netloc}" if address.netloc else ""
        return f"redirects to {(to + address.path)[:MOST_QUOTED]} (HTTP {status})"
    if status == HTTPStatus.OK and is_html(content):
        return f"an HTML page came instead{title(content)}"
    return f"HTTP {status}: {content[:MOST_QUOTED].decode('utf-8', 'replace')}"


def is_html(content: bytes) -> bool:
    """Whether it is a page: of a proxy, of a log-in, or of some other server."""
    return re.match(rb"\s*<(!doctype\s+html|html)", content[:200], re.IGNORECASE) is not None


def title(content: bytes) -> str:
    """What a page calls itself, in quotation marks."""
    found = re.search(rb"<title[^>]*>([^<]{1,80})", content[:20_000], re.IGNORECASE)
    words = " ".join(found[1].decode("utf-8", "replace").split()) if found else ""
    return f', "{words}"' if words else ""


def pauses(tries: int) -> Iterator[float]:
    """How long to wait before each try, in seconds: not at all before the first, then doubling,
    with up to half as much again."""
    yield 0.0
    for number in range(tries - 1):
        yield FIRST_PAUSE_SECONDS * 2**number * random.uniform(1.0, 1.5)
