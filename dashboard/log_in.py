"""The log-in, which is the admin's: bounded in wrong tries and in work."""

import time
from http import HTTPStatus
from math import ceil
from threading import BoundedSemaphore, Lock

from django.contrib import admin
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.views.decorators.cache import never_cache

from live.connection_limits import client_address
from live.problems import Problem, refusal
from live.rate_limit import RateLimit, RateLimits

QUARTER_HOUR = 15 * 60
# An address is kept from guessing; a name, from which many addresses guess, somewhat later.
of_addresses, of_names = RateLimits(10, QUARTER_HOUR), RateLimits(30, QUARTER_HOUR)
LONGEST_NAME = 150
# A password takes half a second of one processor to check; with more at once everybody waits.
HASHES_AT_ONCE, WAIT_SECONDS = 2, 1
checking = BoundedSemaphore(HASHES_AT_ONCE)
counting = Lock()


@never_cache
def log_in(request: HttpRequest) -> HttpResponse:
    """`/admin/login/`."""
    if request.method != "POST":
        return admin.site.login(request)
    try:
        return tried(request)
    except Problem as problem:
        return refusal(request.path_info, problem)


def tried(request: HttpRequest) -> HttpResponse:
    """One try; only a wrong one counts. Raises Problem."""
    rate_limits = take(address_of(request), name_of(request), time.monotonic())
    if not checking.acquire(timeout=WAIT_SECONDS):
        give_back(rate_limits)
        sentence = "Several people are logging in at this moment: try again in a second."
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, sentence, 1)
    try:
        response = admin.site.login(request)
    except DatabaseError:  # the password was not looked at
        give_back(rate_limits)
        raise
    finally:
        checking.release()
    if response.status_code == HTTPStatus.FOUND:
        give_back(rate_limits)
        return to_what_is_there(response)
    return response


def take(address: str, name: str, now: float) -> list[RateLimit]:
    """One try of this address and this name. Raises Problem where either has had too many."""
    with counting:
        rate_limits = [of_addresses.of(address), of_names.of(name)]
        wait = ceil(max(rate_limit.wait(now) for rate_limit in rate_limits))
        if wait:
            minutes = ceil(wait / 60)
            sentence = f"Too many wrong log-ins: try again in {minutes} min."
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, sentence, wait)
        for rate_limit in rate_limits:
            rate_limit.take(now)
    return rate_limits


def give_back(rate_limits: list[RateLimit]) -> None:
    """It was no wrong one."""
    with counting:
        for rate_limit in rate_limits:
            rate_limit.give_back()


def to_what_is_there(response: HttpResponse) -> HttpResponse:
    """Where a log-in leads; the first page in place of one that is not there."""
    try:
        resolve(response.headers["Location"].partition("?")[0].partition("#")[0])
    except Resolver404:
        response.headers["Location"] = redirect("/").headers["Location"]
    return response


def address_of(request: HttpRequest) -> str:
    """Whom a try counts for."""
    return client_address((request.META.get("REMOTE_ADDR") or "", 0))


def name_of(request: HttpRequest) -> str:
    """The account that is tried."""
    return request.POST.get("username", "")[:LONGEST_NAME].casefold()
