"""How an address is described: what its methods take and answer, refusals included."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiRequest,
    OpenApiResponse,
    extend_schema,
)

from api.json_body import MOST_BYTES
from api.openapi import examples, shapes
from live.problems import PROBLEM_JSON
from live.slugs import DEFAULT_HUB

JSON, EVENT_STREAM = "application/json", "text/event-stream"
PRICES, FEED, ALERTS, ITSELF = "Prices", "Live feed", "Rules and alerts", "This document"
BATTERIES = "Batteries"
SESSION, CSRF, TOKEN, BATTERY_TOKEN = "session", "csrfToken", "feedToken", "batteryToken"
RETRY_AFTER = OpenApiParameter(
    "Retry-After",
    {"type": "integer"},
    OpenApiParameter.HEADER,
    description="After how many seconds to ask again.",
    response=[429, 503],
)
ALLOW = OpenApiParameter(
    "Allow",
    str,
    OpenApiParameter.HEADER,
    description="The methods that this address takes.",
    response=[405],
)
WHY = {
    400: "The request can't be read; the sentence names what is wrong.",
    403: "Not for you, or the CSRF token is missing.",
    404: "There is no such thing.",
    405: "The address takes other methods.",
    406: "Accept takes nothing that is answered here.",
    413: f"The body has more than {MOST_BYTES} bytes.",
    415: "The body is not JSON.",
    429: "Too much at once, or too often.",
    500: "A fault of the server.",
    503: "The database or the disk is in trouble, or the process that calculates does not answer.",
}
ALWAYS = (400, 405, 500, 503)
Responses = dict[Any, Any]


def described(
    name: str,
    summary: str,
    *,
    tag: str,
    answers: Responses,
    refused: Sequence[int],
    parameters: Sequence[OpenApiParameter] = (),
    auth: Sequence[str] = (),
    or_auth: Sequence[str] = (),
    **options: Any,
) -> Callable[[Any], Any]:
    """What one method of an address takes and answers, its refusals included.

    A client needs all of `auth`, or all of `or_auth`.
    """
    needs: Any = [{scheme: [] for scheme in way} for way in (auth, or_auth) if way]
    statuses = sorted({*ALWAYS, *refused})
    return extend_schema(
        operation_id=name,
        summary=summary,
        tags=[tag],
        responses=answers | {(status, PROBLEM_JSON): problem(status) for status in statuses},
        parameters=[*parameters, ALLOW, RETRY_AFTER],
        auth=needs,
        **options,
    )


def problem(status: int) -> OpenApiResponse:
    why, title = WHY[status], HTTPStatus(status).phrase
    example = OpenApiExample("problem", value=examples.problem(status, title, why))
    return OpenApiResponse(shapes.Problem, description=why, examples=[example])


def answer(shape: Any, description: str, example: Any) -> OpenApiResponse:
    shown = OpenApiExample("example", value=example)
    return OpenApiResponse(shape, description=description, examples=[shown])


def body(shape: Any, example: Any) -> OpenApiRequest:
    return OpenApiRequest(shape, examples=[OpenApiExample("example", value=example)])


HUB = OpenApiParameter(
    "hub", str, default=DEFAULT_HUB, description="The hub, in any case of letters."
)
MARKET = OpenApiParameter(
    "market",
    str,
    enum=shapes.MARKETS,
    default="RTM",
    description="`RTM` (five-minute), `RTPD` (fifteen-minute) or `DAM` (day-ahead).",
)
