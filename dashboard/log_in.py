"""`/accounts/log-in/`: name and password, and a code where the account has a second factor.

Bounded in wrong passwords (`accounts/lock_out.py`) and in work.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from math import ceil
from threading import BoundedSemaphore

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import second_factor
from accounts.lock_out import LONGEST_NAME, counted_name, wait_of
from dashboard.bar import bar
from dashboard.way_back import way_back
from live.problems import Problem, refusal

ReadOrPost = require_http_methods(["GET", "HEAD", "POST"])
WRONG = "That name and password do not belong together."
WRONG_CODE = "That is not the code of this moment, nor an unused recovery code."
# Checking a password takes half a second of processor time; with more at once, everybody waits.
HASHES_AT_ONCE, WAIT_SECONDS = max(2 // settings.WEB_PROCESSES, 1), 1
checking = BoundedSemaphore(HASHES_AT_ONCE)
BACKEND = "django.contrib.auth.backends.ModelBackend"
# Who has shown the password and not the code: so long, and so many wrong codes.
PENDING, PENDING_SECONDS, MOST_CODES = "waits_for_code", 600, 5


@ReadOrPost
@never_cache
def log_in(request: HttpRequest) -> HttpResponse:
    """The page, and what is sent from it."""
    if request.method != "POST":
        return page(request)
    try:
        return tried(request)
    except Problem as problem:
        return refusal(request.path_info, problem)


def tried(request: HttpRequest) -> HttpResponse:
    """One attempt to log in; only a wrong password counts. Raises Problem."""
    name = request.POST.get("username", "")[:LONGEST_NAME]
    refuse_locked(request, name)
    form = AuthenticationForm(request, request.POST)
    with one_of_few():
        is_valid = form.is_valid()
    if not is_valid:
        return page(request, name=name, fault=WRONG)
    user = form.get_user()
    if second_factor.has(user) or second_factor.is_required(user):
        return to_second_step(request, user)
    login(request, user, BACKEND)
    return redirect(way_back(request))


def refuse_locked(request: HttpRequest, name: str) -> None:
    """Raises Problem if this address or this name had too many wrong ones."""
    wait = ceil(wait_of(request, counted_name(name), now=timezone.now()).total_seconds())
    if wait > 0:
        sentence = f"Too many wrong log-ins: try again in {ceil(wait / 60)} min."
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, sentence, wait)


@contextmanager
def one_of_few() -> Iterator[None]:
    """The few who may have a password checked at this moment. Raises Problem."""
    if not checking.acquire(timeout=WAIT_SECONDS):
        sentence = "Several people are logging in at this moment: try again in a second."
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, sentence, 1)
    try:
        yield
    finally:
        checking.release()


def page(request: HttpRequest, **said: object) -> HttpResponse:
    return render(request, "accounts/log_in.html", bar() | {"next": way_back(request)} | said)


def to_second_step(request: HttpRequest, user: User) -> HttpResponse:
    """Nobody is logged in yet: the session only remembers who has shown the password."""
    there = way_back(request)
    logout(request)
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": time.time(),
        "codes": 0,
    }
    return redirect(f"{reverse('second-step')}?{urlencode({'next': there})}")


@ReadOrPost
@never_cache
def second_step(request: HttpRequest) -> HttpResponse:
    """The code, or, of a role that must have one, setting it up."""
    user = pending(request)
    if user is None:
        return redirect(f"{reverse('log-in')}?{urlencode({'next': way_back(request)})}")
    try:
        refuse_locked(request, user.get_username())
    except Problem as problem:
        return refusal(request.path_info, problem)
    if second_factor.has(user):
        return code_step(request, user)
    return set_up_step(request, user)


def pending(request: HttpRequest) -> User | None:
    """Who has shown the right password in this session, ten minutes ago at most."""
    known = request.session.get(PENDING)
    if not known or time.time() - known["at"] > PENDING_SECONDS or known["codes"] >= MOST_CODES:
        return None
    user = User.objects.filter(pk=known["user"], is_active=True).first()
    return user if user and user.get_session_auth_hash() == known["hash"] else None


def code_step(request: HttpRequest, user: User) -> HttpResponse:
    if request.method != "POST":
        return second_page(request)
    if second_factor.is_right(user, request.POST.get("code", "")):
        return logged_in(request, user)
    count_wrong(request, user)
    return second_page(request, fault=WRONG_CODE)


def set_up_step(request: HttpRequest, user: User) -> HttpResponse:
    """The account is let in once its app has shown that it has the secret."""
    known = request.session[PENDING]
    offer = second_factor.offered(user, known.get("secret", ""))
    request.session[PENDING] = known | {"secret": offer.sealed}
    if request.method != "POST":
        return second_page(request, offer=offer)
    codes = second_factor.set_up(user, offer.secret, request.POST.get("code", ""))
    if not codes:
        count_wrong(request, user)
        return second_page(request, offer=offer, fault=WRONG_CODE)
    there = way_back(request)
    login_with_code(request, user)
    return render(request, "accounts/recovery_codes.html", bar() | {"codes": codes, "next": there})


def count_wrong(request: HttpRequest, user: User) -> None:
    """A wrong code counts as a wrong password does; after five the password is asked again."""
    request.session[PENDING] = request.session[PENDING] | {
        "codes": request.session[PENDING]["codes"] + 1
    }
    count_wrong_of(request, user)


def count_wrong_of(request: HttpRequest, user: User) -> None:
    credentials = {"username": user.get_username()}
    user_login_failed.send(__name__, credentials=credentials, request=request)


def logged_in(request: HttpRequest, user: User) -> HttpResponse:
    there = way_back(request)
    login_with_code(request, user)
    return redirect(there)


def login_with_code(request: HttpRequest, user: User) -> None:
    del request.session[PENDING]
    login(request, user, BACKEND)


def second_page(request: HttpRequest, **said: object) -> HttpResponse:
    context = bar() | {"next": way_back(request)} | said
    return render(request, "accounts/second_step.html", context)


@require_POST
@never_cache
def log_out(request: HttpRequest) -> HttpResponse:
    """Ends the session; where nobody may read unless logged in, the log-in is shown."""
    logout(request)
    return redirect("dashboard" if settings.PUBLIC_DASHBOARD else "log-in")
