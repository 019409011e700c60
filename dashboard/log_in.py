"""The admin's log-in, limited in wrong passwords and in work."""

import time
from http import HTTPStatus
from math import ceil
from threading import BoundedSemaphore, Lock

from django.conf import settings
from django.contrib import admin
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve
from django.views.decorators.cache import never_cache

from live.connection_limits import client_address
from live.problems import Problem, refusal
from live.rate_limit import RateLimit, RateLimits


def share(most: int, processes: int = settings.WEB_PROCESSES) -> int:
    """What each web process allows, so that all of them together allow no more than `most`."""
    return max(most // processes, 1)


QUARTER_HOUR = 15 * 60
# For one address that guesses, and for many addresses that guess at one name.
of_addresses = RateLimits(share(10), QUARTER_HOUR)
of_names = RateLimits(share(30), QUARTER_HOUR)
LONGEST_NAME = 150
# Checking a password takes half a second of processor time; with more at once, everybody waits.
HASHES_AT_ONCE, WAIT_SECONDS = share(2), 1
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
    """One attempt to log in; only a wrong password counts. Raises Problem."""
    rate_limits = take(address_of(request), name_of(request), time.monotonic())
    if not checking.acquire(timeout=WAIT_SECONDS):
        give_back(rate_limits)
        sentence = "Several people are logging in at this moment: try again in a second."
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, sentence, 1)
    try:
        response = admin.site.login(request)
    except DatabaseError:  # the password was not checked
        give_back(rate_limits)
        raise
    finally:
        checking.release()
    if response.status_code == HTTPStatus.FOUND:
        give_back(rate_limits)
        return to_existing_page(response)
    return response


def take(address: str, name: str, now: float) -> list[RateLimit]:
    """Count an attempt of this address and this name. Raises Problem if either had too many."""
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
    """Take an attempt off the count again."""
    with counting:
        for rate_limit in rate_limits:
            rate_limit.give_back()


def to_existing_page(response: HttpResponse) -> HttpResponse:
    """Redirect to the dashboard if the page asked for does not exist."""
    try:
        resolve(response.headers["Location"].partition("?")[0].partition("#")[0])
    except Resolver404:
        response.headers["Location"] = redirect("/").headers["Location"]
    return response


def address_of(request: HttpRequest) -> str:
    return client_address((request.META.get("REMOTE_ADDR") or "", 0))


def name_of(request: HttpRequest) -> str:
    return request.POST.get("username", "")[:LONGEST_NAME].casefold()
