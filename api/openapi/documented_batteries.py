"""The addresses of batteries as the schema shows them; see `documented`."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema_view

from api import backtests, batteries, battery_advice, battery_history, what_ifs
from api.battery_request import BatteryRequest
from api.battery_shapes import BatteriesAnswer, BatteryAnswer
from api.openapi import battery_examples as examples
from api.openapi.describing import (
    BATTERIES,
    BATTERY_TOKEN,
    CSRF,
    JSON,
    SESSION,
    answer,
    body,
    described,
)

WRITTEN = (403, 406, 413, 415)
NUMBER = OpenApiParameter(
    "battery_id", int, OpenApiParameter.PATH, description="The battery's number."
)
ONE = "A battery, what limits it, and its state of charge."


def of_batteries(name: str, summary: str, **options: Any) -> Any:
    return described(name, summary, tag=BATTERIES, **options)


@extend_schema_view(
    get=of_batteries(
        "batteries",
        "All batteries",
        parameters=[OpenApiParameter("hub", str, description="Only those at this hub.")],
        answers={(200, JSON): answer(BatteriesAnswer, "The batteries.", examples.BATTERIES)},
        refused=[404, 406],
    ),
    post=of_batteries(
        "addBattery",
        "Add a battery",
        description="From then on advice is given for it, and settled on paper; at a node without "
        "live prices only back-tests work. For users who may add batteries; it is theirs.",
        auth=[SESSION, CSRF],
        request={JSON: body(BatteryRequest, examples.NEW)},
        answers={(201, JSON): answer(BatteryAnswer, ONE, examples.BATTERY)},
        refused=[404, *WRITTEN],
    ),
)
class Batteries(batteries.Batteries): ...


@extend_schema_view(
    get=of_batteries(
        "battery",
        "One battery",
        parameters=[NUMBER],
        answers={(200, JSON): answer(BatteryAnswer, ONE, examples.BATTERY)},
        refused=[404, 406],
    ),
    patch=of_batteries(
        "changeBattery",
        "Change a battery",
        description="Only what is named is changed; `grid_limits` and `outages` replace those that "
        "were there. For users who may change batteries.",
        parameters=[NUMBER],
        auth=[SESSION, CSRF],
        request={JSON: body(BatteryRequest(partial=True), examples.CHANGE)},
        answers={(200, JSON): answer(BatteryAnswer, ONE, examples.BATTERY)},
        refused=[404, *WRITTEN],
    ),
)
class OneBattery(batteries.OneBattery): ...


@extend_schema_view(
    post=of_batteries(
        "reportSoc",
        "Report a state of charge",
        description="Within the battery's window, not in the future, and not older than the newest "
        "one. For programs with the battery token, and users who may change batteries.",
        parameters=[NUMBER],
        auth=[BATTERY_TOKEN],
        or_auth=[SESSION, CSRF],
        request={JSON: body(batteries.SocRequest, examples.SOC)},
        answers={(201, JSON): answer(batteries.SocAnswer, "Reported.", examples.REPORTED)},
        refused=[404, *WRITTEN],
    )
)
class StateOfCharge(batteries.StateOfCharge): ...


@extend_schema_view(
    get=of_batteries(
        "batteryAdvice",
        "What a battery should do now",
        description="The newest advice, what it expects from here on, what was known, and the "
        "schedule against the newest day-ahead prices.",
        parameters=[NUMBER],
        answers={
            (200, JSON): answer(
                battery_advice.BatteryAdviceAnswer, "Advice, plan and schedule.", examples.ADVICE
            )
        },
        refused=[404, 406],
    )
)
class BatteryAdvice(battery_advice.BatteryAdvice): ...


@extend_schema_view(
    get=of_batteries(
        "batteryHistory",
        "What advice came to on paper",
        description="Settled on the newest prices: a correction restates a day, and says so.",
        parameters=[
            NUMBER,
            OpenApiParameter(
                "days",
                {"type": "integer", "minimum": 1, "maximum": battery_history.MOST_DAYS},
                default=battery_history.DAYS,
                description=f"How many days: 1 to {battery_history.MOST_DAYS}.",
            ),
        ],
        answers={(200, JSON): answer(battery_history.HistoryAnswer, "The days.", examples.HISTORY)},
        refused=[404, 406],
    )
)
class BatteryHistory(battery_history.BatteryHistory): ...


@extend_schema_view(
    post=of_batteries(
        "whatIf",
        "What another size would have earned",
        description="Works it out over past days and changes nothing. An address gets 10 in ten "
        "seconds, a user who may ask more 30. If nobody answers in three seconds: 503.",
        parameters=[NUMBER],
        request={JSON: body(what_ifs.WhatIfRequest, examples.WHAT_IF)},
        answers={(200, JSON): answer(what_ifs.WhatIfAnswer, "Both.", examples.WOULD_BE)},
        refused=[404, 406, 413, 415, 429],
    )
)
class WhatIf(what_ifs.WhatIf): ...


@extend_schema_view(
    get=of_batteries(
        "batteryBacktests",
        "A battery's back-tests",
        parameters=[NUMBER],
        answers={
            (200, JSON): answer(backtests.BacktestsAnswer, "The last 50.", examples.BACKTESTS)
        },
        refused=[404, 406],
    ),
    post=of_batteries(
        "addBacktest",
        "Ask for a back-test",
        description="Its progress comes as `status` events of the battery's hub. Five of a battery "
        "may wait. For users who may add back-tests.",
        parameters=[NUMBER],
        auth=[SESSION, CSRF],
        request={JSON: body(backtests.BacktestRequest, examples.DAYS)},
        answers={(201, JSON): answer(backtests.BacktestAnswer, "It waits.", examples.BACKTEST)},
        refused=[404, 429, *WRITTEN],
    ),
)
class BatteryBacktests(backtests.BatteryBacktests): ...


@extend_schema_view(
    get=of_batteries(
        "backtest",
        "A back-test and its result",
        parameters=[
            OpenApiParameter(
                "backtest_id", int, OpenApiParameter.PATH, description="The back-test's number."
            )
        ],
        answers={(200, JSON): answer(backtests.BacktestAnswer, "The test.", examples.BACKTEST)},
        refused=[404, 406],
    )
)
class OneBacktest(backtests.OneBacktest): ...


urlpatterns = [
    path("api/v1/batteries", Batteries.as_view()),
    path("api/v1/batteries/<int:battery_id>", OneBattery.as_view()),
    path("api/v1/batteries/<int:battery_id>/soc", StateOfCharge.as_view()),
    path("api/v1/batteries/<int:battery_id>/advice", BatteryAdvice.as_view()),
    path("api/v1/batteries/<int:battery_id>/history", BatteryHistory.as_view()),
    path("api/v1/batteries/<int:battery_id>/what-if", WhatIf.as_view()),
    path("api/v1/batteries/<int:battery_id>/backtests", BatteryBacktests.as_view()),
    path("api/v1/backtests/<int:backtest_id>", OneBacktest.as_view()),
]
