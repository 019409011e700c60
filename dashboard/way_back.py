"""Where a log-in leads: back to the page that one came from, if it is one of ours."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

NO_WAY_BACK = {"log-in", "second-step", "log-out"}
LONGEST = 2000


def way_back(request: HttpRequest, default: str = "dashboard") -> str:
    """The page named by `next`; `default` if it is none of this site, or does not exist."""
    there = request.POST.get("next") or request.GET.get("next", "")
    return there if is_page_of_ours(request, there) else reverse(default)


def is_page_of_ours(request: HttpRequest, there: str) -> bool:
    if not there.startswith("/") or len(there) > LONGEST:
        return False
    if not url_has_allowed_host_and_scheme(there, {request.get_host()}, request.is_secure()):
        return False
    try:
        return resolve(urlsplit(there).path).url_name not in NO_WAY_BACK
    except (Resolver404, ValueError):
        return False
