"""Can OASIS be reached? Asks as the poller will: with requests, its proxies, its certificates."""

import sys
from urllib.parse import urlsplit

import requests

from deploy.source import PATIENCE_S


def why_unreachable(url: str) -> str | None:
    """Why no HTTP answer came from the URL's host in time; None when any answer came."""
    scheme, host, *_ = urlsplit(url)
    try:
        requests.get(
            f"{scheme}://{host}/", timeout=PATIENCE_S, allow_redirects=False, stream=True
        ).close()
    except requests.Timeout:
        return f"no answer within {PATIENCE_S} s"
    except requests.exceptions.SSLError:
        return "its certificate can't be verified"
    except requests.RequestException:
        return "no connection"
    return None


if __name__ == "__main__":
    print(why_unreachable(sys.argv[1]) or "")
