"""Checks if OASIS answers, in the way of the poller: same client, proxies and certificates."""

import os
import sys
from urllib.parse import urlsplit

import requests

from caisoproject.environment import Environment, take_proxies
from deploy.source_choice import PATIENCE_S
from oasis import proxies
from oasis.outside import keep_outside
from oasis.unreachable import causes_of, led_inside

ENOUGH_BYTES = 2048
# A zip, an error document, or the page for clients that ask too often.
SIGNS = (b"PK\x03\x04", b"OASISReport", b"Acceptable Use Policy Violation")


def why_unreachable(url: str) -> str | None:
    """Why OASIS did not answer at `url` in time; None if it did.

    We send an empty query: OASIS answers it with an error document at no cost. A redirect, a log-in
    page or a proxy's refusal is not an answer from OASIS.
    """
    if trouble := proxies.trouble(url):
        return trouble
    try:
        with proxies.Session() as session:
            if not Environment({}).flag("OASIS_INSIDE", default=False):
                keep_outside(session, url)
            with session.get(
                f"{url.rstrip('/')}/SingleZip",
                timeout=PATIENCE_S,
                allow_redirects=False,
                stream=True,
            ) as answer:
                return why_not_oasis(answer, next(answer.iter_content(ENOUGH_BYTES), b""))
    except requests.Timeout:
        return f"no answer within {PATIENCE_S} s"
    except requests.exceptions.SSLError:
        return "its certificate can't be verified"
    except requests.exceptions.ProxyError:
        return "the proxy of the environment does not let us through"
    except requests.RequestException as fault:
        return led_inside(causes_of(fault)) or "no connection"


def why_not_oasis(answer: requests.Response, begin: bytes) -> str | None:
    """What the answer is if it is not from OASIS, else None."""
    if answer.is_redirect:
        scheme, host, *_ = urlsplit(proxies.without_credentials(answer.headers["Location"]))
        return f"it only redirects, to {f'{scheme}://{host}' if host else 'itself'}"
    if any(sign in begin for sign in SIGNS):
        return None
    kind = "a web page" if b"<html" in begin.lower() else "something"
    return f"HTTP {answer.status_code} with {kind} that is not from OASIS"


if __name__ == "__main__":
    take_proxies(os.environ)
    print(why_unreachable(sys.stdin.read()) or "")
