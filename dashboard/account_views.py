"""`/accounts/`: one's own account: what it may do, its password, its second factor."""

from http import HTTPStatus

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import second_factor
from dashboard.alert_views import who
from dashboard.bar import bar
from dashboard.log_in import WRONG_CODE, count_wrong_of, one_of_few, refuse_locked
from live.problems import Problem, refusal

ReadOrPost = require_http_methods(["GET", "HEAD", "POST"])
OFFERED = "offered_second_factor"
STAYS = "Your group must have a second factor: it can be replaced, not removed."


@require_safe
@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    return shown(request)


def shown(request: HttpRequest, status: int = HTTPStatus.OK, **said: object) -> HttpResponse:
    user = who(request)
    context = bar() | {
        "groups": [group.name for group in user.groups.order_by("name")],
        "has_second_factor": second_factor.has(user),
        "must_have": second_factor.is_required(user),
    }
    return render(request, "accounts/account.html", context | said, status=status)


@sensitive_post_parameters()
@ReadOrPost
@never_cache
@login_required
def change_password(request: HttpRequest) -> HttpResponse:
    """The other sessions of the account end with its old password."""
    try:
        return changed_password(request, who(request))
    except Problem as problem:
        return refusal(request.path_info, problem)


def changed_password(request: HttpRequest, user: User) -> HttpResponse:
    """Raises Problem after too many wrong old passwords."""
    refuse_locked(request, user.get_username())
    form = PasswordChangeForm(user, request.POST or None)
    if request.method == "POST":
        with one_of_few():
            is_valid = form.is_valid()
        if is_valid:
            update_session_auth_hash(request, form.save())
            return shown(request, said="Your password is changed; other sessions are logged out.")
        if "old_password" in form.errors:
            count_wrong_of(request, user)
    return render(request, "accounts/change_password.html", bar() | {"form": form})


@ReadOrPost
@never_cache
@login_required
def set_up(request: HttpRequest) -> HttpResponse:
    """A second factor, shown as a picture until the app's first code comes back."""
    user = who(request)
    if second_factor.has(user):
        return redirect("account")
    offer = second_factor.offered(user, request.session.get(OFFERED, ""))
    request.session[OFFERED] = offer.sealed
    said: dict[str, object] = {"offer": offer}
    if request.method == "POST":
        codes = second_factor.set_up(user, offer.secret, request.POST.get("code", ""))
        if codes:
            del request.session[OFFERED]
            return recovery_codes(request, codes)
        said["fault"] = WRONG_CODE
    return render(request, "accounts/second_factor.html", bar() | said)


@require_POST
@never_cache
@login_required
def new_codes(request: HttpRequest) -> HttpResponse:
    """Ten new recovery codes, for a code of the app."""
    if refused := wrong_code(request):
        return refused
    return recovery_codes(request, second_factor.new_recovery_codes(who(request)))


@require_POST
@never_cache
@login_required
def remove(request: HttpRequest) -> HttpResponse:
    """The second factor goes, for a code; a new one can be set up."""
    if second_factor.is_required(who(request)):
        return shown(request, HTTPStatus.FORBIDDEN, fault=STAYS)
    if refused := wrong_code(request):
        return refused
    second_factor.reset(who(request))
    return shown(request, said="The second factor is removed.")


def wrong_code(request: HttpRequest) -> HttpResponse | None:
    """The page that says so, unless the right code was sent; wrong ones count as passwords do."""
    user = who(request)
    try:
        refuse_locked(request, user.get_username())
    except Problem as problem:
        return refusal(request.path_info, problem)
    if second_factor.is_right(user, request.POST.get("code", "")):
        return None
    count_wrong_of(request, user)
    return shown(request, HTTPStatus.BAD_REQUEST, fault=WRONG_CODE)


def recovery_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "accounts/recovery_codes.html", bar() | {"codes": codes})
