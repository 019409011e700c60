"""`/api/schema/`: complete, valid, and what is really answered."""

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
import yaml
from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from drf_spectacular.drainage import GENERATOR_STATS
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import validate

from alerts.delivery.deliver import write_test
from alerts.models import Method
from api import previews, what_ifs
from api.openapi import battery_examples
from api.openapi.document import document
from api.urls import urlpatterns
from battery import asking
from caisoproject.asgi import http
from live.rate_limit import RateLimits
from market.intervals import floor
from market.markets import Market
from tests.api.test_push import subscription
from tests.battery.papers import paper_history
from tests.live.documented import Field, alternatives, shapes
from tests.live.streaming import stream
from tests.published import published, store

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
HOUR, FIVE = timedelta(hours=1), timedelta(minutes=5)
NAMED = {
    "current": "Current",
    "history": "History",
    "price": "Price",
    "gap": "Gap",
    "days": "DaysAnswer",
    "measures": "MeasuresAnswer",
    "market measures": "MarketMeasures",
    "mean spreads": "MeanSpreads",
    "extreme day": "DayOfTb4",
    "worst days": "WorstDays",
    "spread of an hour": "SpreadOfHour",
    "day": "Day",
    "day figures": "DayFigures",
    "ranks": "Ranks",
    "rank": "Rank",
    "hubs": "HubsAnswer",
    "hub now": "Hub",
    "source": "SourceAnswer",
    "advice": "AdviceAnswer",
    "problem document": "Problem",
}


@pytest.fixture(autouse=True)
def enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previews, "of_others", RateLimits(1000, 10))
    monkeypatch.setattr(what_ifs, "of_others", RateLimits(1000, 10))


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each method of each address: `GET`, `/api/current`, what is said of it."""
    for path, methods in document()["paths"].items():
        for method, described in methods.items():
            yield method.upper(), path, described


def test_it_is_valid_and_made_without_a_warning() -> None:
    validate(json.loads(json.dumps(document.__wrapped__())))
    assert not GENERATOR_STATS
    assert "x-spec-enum-id" not in json.dumps(document())


def served() -> set[str]:
    """Every address under `/api/` that something answers, as the schema writes it."""
    routes = [route for route in http.routes if isinstance(route, URLPattern)]
    plain = [str(route.pattern) for route in routes if "^" not in str(route.pattern)]
    ours = [f"api/{route.pattern}" for route in urlpatterns]
    return {
        "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", path)
        for path in [*plain, *ours]
        if path.startswith("api/")
    }


def test_it_has_each_address_and_no_other() -> None:
    assert set(document()["paths"]) == served()
    under_api = [str(entry.pattern) for entry in get_resolver().url_patterns]
    assert [path for path in under_api if path.startswith("api")] == ["api/"]


def filled(path: str, hours: str = "24") -> str:
    """An address with numbers in it."""
    return re.sub(r"{\w+_id}", "1", path.replace("{hours}", hours))


@pytest.mark.django_db
@pytest.mark.parametrize("path", sorted(served()))
def test_each_method_that_is_taken_is_there_and_no_other(path: str) -> None:
    address = filled(path)
    client = Client()
    if path == "/api/v1/stream":
        return
    taken = {m for m in METHODS if client.generic(m, address).status_code != 405}
    assert taken == {method.upper() for method in document()["paths"][path]}


def test_the_stream_takes_the_method_that_is_there() -> None:
    async def refused(method: str) -> bool:
        status, _ = await stream("hubs=SP15&hours=0", method=method).response()
        return status == 405

    taken = {method for method in METHODS if not async_to_sync(refused)(method)}
    assert taken == {method.upper() for method in document()["paths"]["/api/v1/stream"]}


def plain(schema: dict[str, Any]) -> Draft202012Validator:
    """A schema as it is."""
    whole = {**schema, "components": document()["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def strict(schema: dict[str, Any]) -> Draft202012Validator:
    """A schema that takes no field which is not named; answers may have more one day."""
    components = deepcopy(document()["components"])
    for shape in components["schemas"].values():
        shape["additionalProperties"] = False
    whole = {**schema, "components": components}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def fits(answer: Any, method: str, path: str) -> Any:
    """The body of an answer, which is as the schema says."""
    described = document()["paths"][path][method.lower()]["responses"][str(answer.status_code)]
    kind = answer["Content-Type"].partition(";")[0]
    body = answer.json()
    strict(described["content"][kind]["schema"]).validate(body)
    return body


@pytest.mark.django_db
def test_prices_are_answered_as_it_says(client: Client) -> None:
    path = "/api/current"
    assert fits(client.get(path), "GET", path)["rt_price"] is None
    now = timezone.now()
    start = floor(now, Market.RTM)
    store([published(floor(now, Market.DAM) + n * HOUR, "30", Market.DAM) for n in (0, 1)], now)
    store([published(start - n * FIVE, "41") for n in (0, 1, 4)], now - HOUR)
    store([published(start - FIVE, "42"), published(start - 2 * FIVE, "1")._replace(ghg=None)], now)
    assert fits(client.get(path), "GET", path)["rt_price"] == 41.0
    for market in Market:
        answer = client.get(f"/api/history/24?market={market}")
        fits(answer, "GET", "/api/history/{hours}")
        dates = f"start={start - 24 * HOUR:%Y-%m-%d}&end={start + 24 * HOUR:%Y-%m-%d}"
        fits(client.get(f"/api/v1/prices?{dates}&market={market}"), "GET", "/api/v1/prices")
    store([published(start + n * HOUR, "40") for n in (-25, -26)], now)
    for path in ("/api/v1/source", "/api/v1/hubs", "/api/v1/days", "/api/v1/measures"):
        fits(client.get(path), "GET", path)


@pytest.mark.django_db
def test_rules_and_deliveries_are_answered_as_it_says(
    admin_client: Client, admin_user: User
) -> None:
    def sent(method: str, path: str, body: Any) -> Any:
        kind = "application/json"
        return fits(admin_client.generic(method, path, json.dumps(body), kind), method, path)

    start = floor(timezone.now(), Market.RTM)
    lmps = ["90", "120", "90", "130"]
    store([published(start - (4 - n) * FIVE, p) for n, p in enumerate(lmps)], start)
    rule = {"hub": "SP15", "limit": 100, "days": 1}
    assert len(sent("POST", "/api/v1/rules/preview", rule)["times"]) == 2
    browser = subscription()
    sent("POST", "/api/v1/push/subscriptions", browser)
    sent("DELETE", "/api/v1/push/subscriptions", {"endpoint": browser["endpoint"]})
    test = write_test(Method.objects.get(), now=start)
    answer = admin_client.get(f"/api/v1/delivery-tests/{test.pk}")
    fits(answer, "GET", "/api/v1/delivery-tests/{delivery_id}")


@pytest.mark.django_db
def test_batteries_are_answered_as_it_says(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sent(method: str, path: str, body: Any = None) -> Any:
        text, kind = "" if body is None else json.dumps(body), "application/json"
        answer = admin_client.generic(method, filled(path), text, kind)
        return fits(answer, method, path)

    monkeypatch.setattr(asking, "ask_what_if", lambda *_, **__: battery_examples.WOULD_BE)
    of_one = "/api/v1/batteries/{battery_id}"
    assert sent("GET", f"{of_one}/advice")["advice"] is None
    assert sent("GET", f"{of_one}/history")["yesterday"] is None
    paper_history()
    sent("POST", "/api/v1/batteries", battery_examples.NEW)
    assert sent("PATCH", of_one, battery_examples.CHANGE)["wear_usd_mwh"] == 12.5
    sent("POST", f"{of_one}/soc", {"soc_mwh": 2.6})
    sent("POST", f"{of_one}/what-if", battery_examples.WHAT_IF)
    made = sent("POST", f"{of_one}/backtests", battery_examples.DAYS)
    answer = admin_client.get(f"/api/v1/backtests/{made['id']}")
    fits(answer, "GET", "/api/v1/backtests/{backtest_id}")
    for rest in ("", "/advice", "/history", "/backtests"):
        sent("GET", f"{of_one}{rest}")
    assert len(sent("GET", "/api/v1/batteries")["batteries"]) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), sorted({(m, p) for m, p, _ in operations()}))
def test_what_is_refused_is_answered_as_it_says(method: str, path: str) -> None:
    address = filled(path, hours="0")
    if path in ("/api/v1/stream", "/api/docs/"):
        return
    answer = Client().generic(method, f"{address}?hub=XP99&format=no", "{", "application/json")
    fallback = Client().generic(method, address, headers={"accept": "image/png"})
    refused = [one for one in (answer, fallback) if one.status_code >= 400]
    assert refused
    for one in refused:
        fits(one, method, path)


def test_each_example_is_as_it_says() -> None:
    for _, _, described in operations():
        for content in described.get("requestBody", {}).get("content", {}).values():
            for example in content["examples"].values():
                plain(content["schema"]).validate(example["value"])
        answers = described["responses"].values()
        for content in (one for answer in answers for one in answer["content"].values()):
            for example in content.get("examples", {}).values():
                strict(content["schema"]).validate(example["value"])


@pytest.mark.django_db
def test_the_example_of_a_rule_is_taken(client: Client) -> None:
    described = document()["paths"]["/api/v1/rules/preview"]["post"]["requestBody"]
    [example] = described["content"]["application/json"]["examples"].values()
    answer = client.post("/api/v1/rules/preview", example["value"], "application/json")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "may"),
    [
        ({"limit": "100.5", "hub": "sp15"}, True),
        ({"limit": 1, "node": "TH_NP15_GEN-APND", "span": "15", "watched": None}, True),
        ({"hub": "SP15"}, False),
        ({"limit": True}, False),
        ({"limit": "1e3"}, False),
        ({"limit": 1, "clear_limits": 1}, False),
        ({"limit": 1, "for_minutes": 1441}, False),
        ({"limit": 1, "market": "HASP"}, False),
        ({"limit": 1, "conditions": [{"watched": "age", "limit": 1}]}, False),
        ({"limit": 1, "days": 367}, False),
        ({"limit": 1, "days": "3"}, False),
    ],
)
def test_a_rule_that_would_be_refused_is_refused_by_the_schema(
    body: dict[str, Any], may: bool
) -> None:
    assert plain({"$ref": "#/components/schemas/RuleRequest"}).is_valid(body) is may


@pytest.mark.parametrize("name", NAMED)
def test_it_has_the_fields_of_the_document_of_the_protocol(name: str) -> None:
    shape = document()["components"]["schemas"][NAMED[name]]
    assert set(shape["properties"]) == set(shapes()[name].fields)
    for field in shapes()[name].fields.values():
        described = shape["properties"][field.name]
        assert kinds(described) == documented_kinds(field), field.name
        assert (field.name in shape["required"]) is (not field.absent)
        assert "$/MWh" not in field.unit or "$/MWh" in described["description"], field.name


def kinds(schema: dict[str, Any]) -> set[str]:
    """What a value may be, in the words of the document."""
    if "oneOf" in schema:
        return set[str]().union(*map(kinds, schema["oneOf"]))
    if "$ref" in schema or "allOf" in schema:
        return {"object"}
    if "enum" in schema:
        return {"null" if value is None else value for value in schema["enum"]}
    found = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    words = {"integer": "whole number", "array": "list"}
    if schema.get("format") == "date-time":
        words["string"] = "time"
    return {words.get(kind, kind) for kind in found}


def documented_kinds(field: Field) -> set[str]:
    """The same of the document."""
    found: set[str] = set()
    for alternative in alternatives(field.type):
        values = re.findall('`"?([^`"]+)"?`', alternative)
        found |= set(values) or {kind_of(alternative)}
    return found


def kind_of(alternative: str) -> str:
    """A list, an object by something or of a shape that is linked to, or a plain value."""
    if alternative.startswith("["):
        return "object"
    return re.sub("^(list|object) (of|by) .*", r"\1", alternative)


@pytest.mark.parametrize(
    ("address", "accept", "kind"),
    [
        ("", "*/*", "application/json"),
        ("", "text/html,*/*;q=0.8", "application/json"),
        ("", "application/yaml", "application/yaml"),
        ("", "application/vnd.oai.openapi", "application/vnd.oai.openapi"),
        ("", "application/vnd.oai.openapi+json", "application/vnd.oai.openapi+json"),
        ("?format=yaml", "*/*", "application/yaml"),
        ("?format=json", "application/json", "application/json"),
    ],
)
def test_it_is_json_or_yaml(address: str, accept: str, kind: str, client: Client) -> None:
    answer = client.get(f"/api/schema/{address}", headers={"accept": accept})
    assert answer["Content-Type"] == f"{kind}; charset=utf-8"
    assert "Accept" in answer["Vary"]
    read = json.loads if "json" in kind else yaml.safe_load
    assert read(answer.content) == json.loads(json.dumps(document()))


@pytest.mark.parametrize(
    ("address", "accept", "status"),
    [("?format=xml", "*/*", 400), ("?format=json", "application/yaml", 406), ("", "image/*", 406)],
)
def test_it_is_nothing_else(address: str, accept: str, status: int, client: Client) -> None:
    answer = client.get(f"/api/schema/{address}", headers={"accept": accept})
    assert (answer.status_code, answer.json()["status"]) == (status, status)
