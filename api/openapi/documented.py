"""Every address under `/api/` as the schema shows it.

Each view has a stand-in here that says what it takes and answers. So no code that serves requests
imports drf-spectacular, and the plain views and the event stream can be described like the others.
"""

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema_view
from rest_framework.request import Request
from rest_framework.views import APIView

from api import days, delivery_tests, hubs, measures, previews, push, source
from api.openapi import documented_batteries, examples, extensions, shapes
from api.openapi.describing import (
    ALERTS,
    CSRF,
    EVENT_STREAM,
    FEED,
    HUB,
    ITSELF,
    JSON,
    MARKET,
    PRICES,
    SESSION,
    TOKEN,
    answer,
    body,
    described,
)
from api.rule_request import RuleRequest
from api.views import MOST_DAYS, MOST_HOURS
from live import feed_request
from live.slugs import DEFAULT_HUB

__all__ = ["extensions", "urlpatterns"]
LAST_DAYS = OpenApiParameter(
    "days",
    {"type": "integer", "minimum": 1, "maximum": days.MOST_DAYS},
    default=days.DAYS,
    description=f"How many days: 1 to {days.MOST_DAYS}.",
)


class Current(APIView):
    @described(
        "current",
        "The price now",
        tag=PRICES,
        description="The real-time price of the interval that runs, the day-ahead price of this "
        "hour, the spread, and how the price was obtained. Intervals that CAISO publishes ahead "
        "wait until they begin.",
        parameters=[HUB],
        answers={(200, JSON): answer(shapes.Current, "The price now.", examples.CURRENT)},
        refused=[404],
    )
    def get(self, request: Request) -> None: ...


class History(APIView):
    @described(
        "history",
        "The prices of the last hours",
        tag=PRICES,
        description="Oldest first, with the gaps among them. Day-ahead reaches as far ahead as "
        "prices are published. An address gets two histories at once; four more may wait. A "
        "long answer is compressed with gzip where Accept-Encoding takes it.",
        parameters=[
            OpenApiParameter(
                "hours",
                {"type": "integer", "minimum": 1, "maximum": MOST_HOURS},
                OpenApiParameter.PATH,
                description=f"How many hours: 1 to {MOST_HOURS}.",
            ),
            HUB,
            MARKET,
        ],
        answers={(200, JSON): answer(shapes.History, "Prices and gaps.", examples.HISTORY)},
        refused=[404, 429],
    )
    def get(self, request: Request, hours: str) -> None: ...


class Prices(APIView):
    @described(
        "prices",
        "The prices of operating dates",
        tag=PRICES,
        description="Oldest first, with the gaps among them; what is not due yet is no gap. An "
        "operating date runs from one Pacific midnight to the next, and has 23 or 25 hours when "
        "clocks change. An address gets two answers of this kind or histories at once; four more "
        "may wait. A long answer is compressed with gzip where Accept-Encoding takes it.",
        parameters=[
            OpenApiParameter(
                "start",
                {"type": "string", "format": "date"},
                required=True,
                description="The first operating date.",
            ),
            OpenApiParameter(
                "end",
                {"type": "string", "format": "date"},
                required=True,
                description=f"The date after the last one, 1 to {MOST_DAYS} days after `start`.",
            ),
            HUB,
            MARKET,
        ],
        answers={(200, JSON): answer(shapes.History, "Prices and gaps.", examples.HISTORY)},
        refused=[404, 429],
    )
    def get(self, request: Request) -> None: ...


@extend_schema_view(
    get=described(
        "days",
        "What each day's prices came to",
        tag=PRICES,
        description="Averages, on-peak and off-peak, extremes, TB2 and TB4 of the last operating "
        "dates, real-time and day-ahead, and how today compares with the 29 days before it. An "
        "address gets two such answers at once; four more may wait.",
        parameters=[HUB, LAST_DAYS],
        answers={(200, JSON): answer(days.DaysAnswer, "The days, oldest first.", examples.DAYS)},
        refused=[404, 406, 429],
    )
)
class Days(days.Days): ...


@extend_schema_view(
    get=described(
        "measures",
        "What days are compared by",
        tag=PRICES,
        description="Of the last operating dates that are over, each market by itself: TB1, TB2 "
        "and TB4 by whole hours and by sorted intervals, $/kW-month of TB4, realised volatility, "
        "hours below 0, the best and the worst days; and what real-time prices lie above "
        "day-ahead by the hour of the day. An address gets two such answers at once; four more "
        "may wait.",
        parameters=[HUB, LAST_DAYS],
        answers={(200, JSON): answer(measures.MeasuresAnswer, "The measures.", examples.MEASURES)},
        refused=[404, 406, 429],
    )
)
class Measures(measures.Measures): ...


@extend_schema_view(
    get=described(
        "hubs",
        "The prices now at all hubs",
        tag=PRICES,
        description="Real-time, fifteen-minute and day-ahead at every tracked hub, and what each "
        f"lies above {DEFAULT_HUB}.",
        answers={(200, JSON): answer(hubs.HubsAnswer, "The hubs.", examples.HUBS)},
        refused=[406],
    )
)
class Hubs(hubs.Hubs): ...


@extend_schema_view(
    get=described(
        "source",
        "Whether the source of prices answers",
        tag=PRICES,
        description="What a heartbeat of the live feed says about the source, for clients without "
        "a feed.",
        answers={(200, JSON): answer(source.SourceAnswer, "The source.", examples.SOURCE)},
        refused=[406],
    )
)
class Source(source.Source): ...


class Stream(APIView):
    @described(
        "stream",
        "Prices, corrections and alerts as they happen",
        tag=FEED,
        description="Server-sent events: the same frames as on the WebSocket `/ws`, each with its "
        "type as `event` and the frame as `data`. The `id` is the reader's cursor in each hub: "
        "a reader that comes back with it misses nothing. First comes `hello`, then for each hub a "
        "`snapshot` or the `events` that were missed, then `events` as they happen and a "
        "`heartbeat` every 5 seconds. A temporary failure ends the stream with an `error` or a "
        "`bye` and the time to come back in `retry`.\n\n"
        "Pages of this site need no token; a program sends the feed token.",
        parameters=[
            OpenApiParameter(
                "hubs",
                str,
                default=DEFAULT_HUB,
                description=f"At most {feed_request.MOST_HUBS} hubs, with commas between them.",
            ),
            OpenApiParameter(
                "after",
                str,
                description="Where to resume: one `<epoch>:<seq>` for each hub, in their order; an "
                "empty entry begins anew.",
            ),
            OpenApiParameter(
                "hours",
                {"type": "integer", "minimum": 1, "maximum": feed_request.MOST_HOURS},
                default=feed_request.HOURS,
                description="How many hours of prices a snapshot holds.",
            ),
            OpenApiParameter(
                "Last-Event-ID",
                str,
                OpenApiParameter.HEADER,
                description="Like `after`, and takes precedence over it. Browsers send it.",
            ),
        ],
        auth=[TOKEN],
        answers={
            (200, EVENT_STREAM): answer(
                {"type": "string"}, "Events without an end.", examples.STREAM
            )
        },
        refused=[403, 404],
    )
    def get(self, request: Request) -> None: ...


@extend_schema_view(
    post=described(
        "preview",
        "How often a rule would have fired",
        tag=ALERTS,
        description="Judges the rule over stored prices and changes nothing. An address gets 10 "
        "previews in ten seconds, over 90 days and with 3 further conditions; a user who may ask "
        "more 30, over 366 days and with 10. A rule on data age can't be previewed: it is refused, "
        "400.",
        request={JSON: body(RuleRequest, examples.RULE)},
        answers={
            (200, JSON): answer(previews.PreviewAnswer, "How often, and when.", examples.PREVIEW)
        },
        refused=[404, 406, 413, 415, 429],
    )
)
class RulePreview(previews.RulePreview): ...


@extend_schema_view(
    post=described(
        "subscribe",
        "Send alerts to this browser",
        tag=ALERTS,
        description="Takes a PushSubscription as the browser writes it and makes a delivery "
        "method of it, on every rule; the same one when the browser asks again. For users who may "
        "add delivery methods.",
        auth=[SESSION, CSRF],
        request={JSON: body(push.PushSubscription, examples.SUBSCRIPTION)},
        answers={(201, JSON): answer(push.Subscribed, "Subscribed.", examples.SUBSCRIBED)},
        refused=[403, 406, 413, 415],
    ),
    delete=described(
        "unsubscribe",
        "Send nothing more to this browser",
        tag=ALERTS,
        description="Switches the delivery method off; what was delivered to it is kept.",
        auth=[SESSION, CSRF],
        request={JSON: body(push.Endpoint, examples.ENDPOINT)},
        answers={(200, JSON): answer(push.Unsubscribed, "Unsubscribed.", examples.UNSUBSCRIBED)},
        refused=[403, 406, 413, 415],
    ),
)
class PushSubscriptions(push.PushSubscriptions): ...


@extend_schema_view(
    get=described(
        "deliveryTest",
        "What became of a test of a delivery method",
        tag=ALERTS,
        description="A test is sent from a delivery method's page in the admin. For users who may "
        "change delivery methods.",
        parameters=[
            OpenApiParameter(
                "delivery_id",
                int,
                OpenApiParameter.PATH,
                description="The delivery's number, as in the address that the admin links to.",
            )
        ],
        auth=[SESSION],
        answers={
            (200, JSON): answer(delivery_tests.DeliveryTest, "The test.", examples.DELIVERY_TEST)
        },
        refused=[403, 404, 406],
    )
)
class DeliveryTests(delivery_tests.DeliveryTests): ...


class Schema(APIView):
    @described(
        "schema",
        "This document for programs",
        tag=ITSELF,
        description="OpenAPI 3.1, as JSON or YAML.",
        parameters=[
            OpenApiParameter(
                "format", str, enum=["json", "yaml"], description="Takes precedence over Accept."
            )
        ],
        answers={
            (200, media_type): OpenApiResponse({"type": kind}, description="The schema.")
            for media_type, kind in (
                (JSON, "object"),
                ("application/vnd.oai.openapi+json", "object"),
                ("application/yaml", "string"),
                ("application/vnd.oai.openapi", "string"),
            )
        },
        refused=[406],
    )
    def get(self, request: Request) -> None: ...


class Docs(APIView):
    @described(
        "docs",
        "This document for people",
        tag=ITSELF,
        answers={(200, "text/html"): OpenApiTypes.STR},
        refused=[],
    )
    def get(self, request: Request) -> None: ...


urlpatterns = [
    path("api/current", Current.as_view()),
    path("api/history/<str:hours>", History.as_view()),
    path("api/v1/days", Days.as_view()),
    path("api/v1/hubs", Hubs.as_view()),
    path("api/v1/measures", Measures.as_view()),
    path("api/v1/prices", Prices.as_view()),
    path("api/v1/source", Source.as_view()),
    path("api/v1/stream", Stream.as_view()),
    path("api/v1/rules/preview", RulePreview.as_view()),
    path("api/v1/push/subscriptions", PushSubscriptions.as_view()),
    path("api/v1/delivery-tests/<int:delivery_id>", DeliveryTests.as_view()),
    *documented_batteries.urlpatterns,
    path("api/schema/", Schema.as_view()),
    path("api/docs/", Docs.as_view()),
]
