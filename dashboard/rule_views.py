"""`/alerts/new/` and `/alerts/rules/3/`: a rule is made or changed, with its preview in sight."""

from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alerts.judging.preview import NoPreview, Preview, preview
from alerts.judging.rule_changes import save_changes
from alerts.models import Rule
from alerts.rules.watched import AGE, RANKS
from dashboard.bar import bar
from dashboard.rule_form import RuleForm, asked_for, save_changed, save_new
from market.intervals import pacific

SHOWN_TIMES = 12
UNITS = {AGE: "min", **dict.fromkeys(RANKS, "%")}
ADDED, CHANGED = "alerts.add_rule", "alerts.change_rule"
ReadOrPost = require_http_methods(["GET", "HEAD", "POST"])


class Template(NamedTuple):
    """A rule to begin with: what it is for, and the fields that make it."""

    title: str
    fields: dict[str, str]


TEMPLATES = [
    Template("Discharge: price over 100", {"name": "Discharge", "limit": "100"}),
    Template("Charge: price below 0", {"name": "Charge", "direction": "below", "limit": "0"}),
    Template("Spread over 20", {"name": "Spread", "watched": "spread", "limit": "20"}),
    Template("Data is late", {"name": "Data is late", "watched": "age", "limit": "15"}),
]


@ReadOrPost
@never_cache
def new_rule(request: HttpRequest) -> HttpResponse:
    """A form for a new rule; the address may fill it in (see `asked_for`)."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm(ADDED):
        return not_for_you(request, "make an alert")
    if request.method != "POST":
        return page(request, RuleForm(initial=asked_for(request.GET), user=user))
    form = RuleForm(request.POST, user=user)
    if not form.is_valid() or "preview" in request.POST:
        return page(request, form)
    rule = save_new(form, user, now=timezone.now())
    return to_rule(rule.pk)


@ReadOrPost
@never_cache
def rule(request: HttpRequest, rule_id: int) -> HttpResponse:
    """A form that changes a rule."""
    found = get_object_or_404(Rule.objects.select_related("node"), pk=rule_id)
    user = request.user
    if not isinstance(user, User) or not may_change(user, found):
        return not_for_you(request, "change this alert")
    form = RuleForm(request.POST or None, instance=found, user=user)
    if not form.is_valid() or "preview" in request.POST:
        return page(request, form)
    save_changed(form, user, now=timezone.now())
    return to_rule(found.pk)


@require_POST
def switch(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Switch a rule on or off, as `active` says; as it is already, it goes on undisturbed."""
    found = get_object_or_404(Rule.objects.select_related("node"), pk=rule_id)
    user = request.user
    if not isinstance(user, User) or not may_change(user, found):
        return not_for_you(request, "change this alert")
    is_on = request.POST.get("active") == "on"
    if found.active != is_on:
        found.active = is_on
        save_changes(found, ["active"], now=timezone.now(), by=user.get_username())
    return to_rule(found.pk)


def may_change(user: User | AnonymousUser, rule: Rule) -> bool:
    """Whether a user may change a rule: administrators all, others those they made."""
    is_own = rule.owner_id is not None and rule.owner_id == user.pk
    return user.has_perm(CHANGED) or (is_own and user.has_perm(ADDED))


def page(request: HttpRequest, form: RuleForm) -> HttpResponse:
    """The form with its preview, judged here if scripts don't."""
    saved = form.instance if form.instance.pk else None
    stored = Rule.objects.filter(pk=saved.pk).first() if saved else None
    context = bar() | {
        "form": form,
        "rule": stored,
        "further": [str(one) for one in stored.conditions.all()] if stored else [],
        "templates": [] if saved else templates(request),
        "unit": UNITS.get(str(form["watched"].value()), "$/MWh"),
        **previewed(form),
    }
    return render(request, "dashboard/rule.html", context)


def templates(request: HttpRequest) -> list[tuple[str, str]]:
    """Each template's title and address, at the hub asked for."""
    hub = {"hub": request.GET["hub"]} if "hub" in request.GET else {}
    return [(one.title, f"?{urlencode({**hub, **one.fields})}") for one in TEMPLATES]


def previewed(form: RuleForm) -> dict[str, object]:
    """How often the rule in a sent form would have fired."""
    if not form.is_bound or not form.is_valid():
        return {}
    conditions = list(form.instance.conditions.all()) if form.instance.pk else []
    try:
        found = preview(form.instance, conditions, now=timezone.now())
    except NoPreview as why:
        return {"sentence": str(why)}
    return {"sentence": found.sentence, "times": times(found)}


def times(found: Preview) -> list[str]:
    """When it would have been open, the newest first."""
    newest = found.episodes[: -SHOWN_TIMES - 1 : -1]
    return [
        f"{pacific(one.opened):%a, %b %-d, %H:%M}–"
        + (f"{pacific(one.cleared):%H:%M}" if one.cleared else "now")
        for one in newest
    ]


def to_rule(rule_id: int) -> HttpResponse:
    return redirect(f"{reverse('alerts')}?rule={rule_id}#rule-{rule_id}")


def not_for_you(request: HttpRequest, what: str) -> HttpResponse:
    """Why there is no form: a way to log in that leads back here, or who can help."""
    return render(
        request, "dashboard/rule_refused.html", {"what": what}, status=HTTPStatus.FORBIDDEN
    )
