"""`/alerts/`: open and past alerts, how well each rule does; acknowledge and mute."""

from collections.abc import Callable, Collection
from datetime import timedelta
from functools import wraps

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import may
from alerts import attending
from alerts.models import CLEARED, CRITICAL, RETRACTED, WARNING, Alert, Rule
from alerts.states import OPEN, STATE_WORDS, in_state
from dashboard.alert_lines import MONTH, lines, rule_lines
from dashboard.bar import bar
from dashboard.rule_views import may_change
from live.slugs import is_slug
from prices.models import Node, Trouble

A_PAGE = 40
MOST_OPEN = 100
MOST_RULES = 50
PAST = (CLEARED, RETRACTED)
HOUR = timedelta(hours=1)
WORST_FIRST = Case(When(severity=CRITICAL, then=0), When(severity=WARNING, then=1), default=2)


@require_safe
@never_cache
def alerts(request: HttpRequest) -> HttpResponse:
    """The page of alerts; `?hub=SP15&rule=1&state=cleared&page=2` filters the past ones.

    With `?alert=12` that alert is on top, however long it is over.
    """
    now = timezone.now()
    open_ = in_state(all_alerts(), OPEN).order_by(WORST_FIRST, "-opened_at", "-pk")
    worst = list(open_[:MOST_OPEN])
    page = past_page(request.GET)
    rules = shown_rules(request.GET.get("rule", ""))
    listed = list(rules[:MOST_RULES])
    context = bar() | {
        "addressed": lines(addressed(request.GET.get("alert", ""), [*worst, *page]), now=now),
        "open": lines(worst, now=now),
        "past": lines(page, now=now),
        "page": page,
        "rules": rule_lines(listed, now=now),
        "rules_count": rules.count(),
        "watching": Rule.objects.judging().exists(),
        "changeable": {rule.pk for rule in listed if may_change(request.user, rule)},
        "asked": request.GET,
        "filters": filters(request.GET),
        "states": [(state, STATE_WORDS[state]) for state in PAST],
        "query": without_page(request.GET),
        "may": permitted(request),
        "troubles": Trouble.objects.count() if may(request.user, "prices.view_trouble") else 0,
        "page_data": page_data(request),
    }
    return render(request, "dashboard/alerts.html", context)


def page_data(request: HttpRequest) -> dict[str, object]:
    """What the page's scripts need: the hubs, and a push key for those who may subscribe."""
    hubs = [node.hub for node in Node.objects.tracked()]
    return {"hubs": hubs, "push_key": push_key() if permitted(request)["be_pushed"] else ""}


PERMISSIONS = {
    "acknowledge": "alerts.change_alert",
    "mute": "alerts.change_rule",
    "be_pushed": "alerts.add_method",
    "see_rules": "alerts.view_rule",
}


def permitted(request: HttpRequest) -> dict[str, bool]:
    """What the user may do on the page: nothing is offered that would then be refused."""
    return {what: may(request.user, permission) for what, permission in PERMISSIONS.items()}


def push_key() -> str:
    """The key that a browser subscribes with. Encryption takes 7 MB: it is imported when needed."""
    from alerts.delivery.senders.browser_push import public_key  # noqa: PLC0415

    return public_key()


@require_safe
@never_cache
def push_worker(request: HttpRequest) -> HttpResponse:
    """The service worker: at the root, so that its scope is the whole site."""
    return render(request, "dashboard/push_worker.js", content_type="text/javascript")


def all_alerts() -> QuerySet[Alert]:
    alerts = Alert.objects.select_related("rule__node", "acknowledged_by")
    return alerts.order_by("-opened_at", "-pk")


def past_page(asked: QueryDict) -> Page[Alert]:
    """One page of the past alerts that match the filters."""
    past = all_alerts().filter(Q(cleared_at__isnull=False) | Q(retracted_at__isnull=False))
    state, hub, rule = (asked.get(name, "") for name in ("state", "hub", "rule"))
    past = in_state(past, state) if state in PAST else past
    if hub:
        past = past.filter(rule__node__slug=hub.lower()) if is_slug(hub.lower()) else past.none()
    if rule:
        past = past.filter(rule=int(rule)) if is_id(rule) else past.none()
    return Paginator(past, A_PAGE).get_page(asked.get("page", "1"))


def addressed(asked: str, shown: Collection[Alert]) -> list[Alert]:
    """The alert that was asked for by its id, unless it is on the page anyway."""
    if not is_id(asked) or int(asked) in {alert.pk for alert in shown}:
        return []
    return list(all_alerts().filter(pk=int(asked)))


def is_id(text: str) -> bool:
    """Whether a text can be the id of a row, a number that fits into 64 bits."""
    return text.isascii() and text.isdigit() and len(text) < 19


def shown_rules(asked: str) -> QuerySet[Rule]:
    """Rules that are active, or fired within 30 days; one that was asked for comes first."""
    first = int(asked) if is_id(asked) else 0
    lately = Alert.objects.filter(rule=OuterRef("pk"), opened_at__gte=timezone.now() - MONTH)
    rules = Rule.objects.filter(Q(active=True) | Exists(lately) | Q(pk=first))
    in_order = rules.order_by(Case(When(pk=first, then=0), default=1), "pk")
    return in_order.select_related("node").prefetch_related("conditions")


def filters(asked: QueryDict) -> dict[str, list[tuple[str, str]]]:
    """The choices of the filters: hubs, and rules that ever fired."""
    fired = Rule.objects.filter(Exists(Alert.objects.filter(rule=OuterRef("pk"))))
    rules = fired.select_related("node").prefetch_related("conditions").order_by("pk")
    return {
        "hubs": [(node.hub, node.hub) for node in Node.objects.order_by("pk")],
        "rules": [(str(rule.pk), rule_choice(rule)) for rule in rules[: 4 * MOST_RULES]],
    }


def rule_choice(rule: Rule) -> str:
    """A rule in a list of many: by its name and hub, or what it watches for."""
    return f"{rule.name}, {rule.node.hub}" if rule.name else rule.subject


def without_page(asked: QueryDict) -> str:
    """The query without its page, for links to the other pages."""
    query = asked.copy()
    for name in ("page", "alert"):
        query.pop(name, None)
    return query.urlencode()


View = Callable[..., HttpResponseBase]


def only_with(permission: str) -> Callable[[View], View]:
    """Let a view be used only with the permission. Raises PermissionDenied."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(
            request: HttpRequest, *arguments: object, **options: object
        ) -> HttpResponseBase:
            if not may(request.user, permission):
                raise PermissionDenied
            return view(request, *arguments, **options)

        return wrapped

    return decorate


@require_POST
@only_with(PERMISSIONS["acknowledge"])
def acknowledge(request: HttpRequest, alert_id: int) -> HttpResponseBase:
    """Record who acknowledged an alert first."""
    attending.acknowledge(alert_id, who(request), now=timezone.now())
    return back(request, f"alert-{alert_id}")


@require_POST
@only_with(PERMISSIONS["mute"])
def mute(request: HttpRequest, rule_id: int) -> HttpResponseBase:
    """Let a rule send nothing for an hour."""
    now = timezone.now()
    attending.mute(rule_id, now + HOUR, who(request), now=now)
    return back(request, f"rule-{rule_id}")


@require_POST
@only_with(PERMISSIONS["mute"])
def unmute(request: HttpRequest, rule_id: int) -> HttpResponseBase:
    attending.mute(rule_id, None, who(request), now=timezone.now())
    return back(request, f"rule-{rule_id}")


def who(request: HttpRequest) -> User:
    """The user, who is logged in."""
    assert isinstance(request.user, User)
    return request.user


def back(request: HttpRequest, item: str) -> HttpResponse:
    """Redirect to the item on the page that the button was on, if it is one of this site.

    The page gives the item the focus: the button that had it is gone.
    """
    there = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(there, {request.get_host()}, request.is_secure()):
        there = reverse("alerts")
    return redirect(f"{there.partition('#')[0]}#{item}")
