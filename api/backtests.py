"""`/api/v1/backtests`: policies over a battery's past days, which users who may can ask for."""

import re
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.battery_access import BEYOND, MayAddBacktests, battery_of
from api.battery_shapes import REAL_TIME, figure
from api.fields import Choice, Text, Time
from api.frame import ApiView
from api.strict import Strict
from battery import asking, news
from battery.backtests.names import POLICIES, unknown_policy
from battery.bodies import parameters_of
from battery.models import Backtest
from battery.models.backtests import RUNNING, STATES, WAITING
from live.problems import Problem
from market.intervals import operating_date

MOST_YEARS, MOST_POLICIES, MOST_WAITING, MOST_LISTED = 10, 20, 5, 50
NAME = re.compile("[a-z0-9_-]{1,40}")


class Date(serializers.DateField):
    """An operating date of this century: 2026-11-20."""

    default_error_messages = {"plain": "an operating date such as 2026-11-20."}

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not re.fullmatch("20[0-9]{2}-[0-9]{2}-[0-9]{2}", data):
            self.fail("plain")
        try:
            return date.fromisoformat(data)
        except ValueError:
            self.fail("plain")


class BacktestRequest(Strict):
    """Which days, in which market, by which policies."""

    start = Date(help_text="The first operating date.")
    end = Date(help_text="The last operating date, which is over.")
    market = Choice(
        choices=REAL_TIME,
        required=False,
        allow_null=True,
        help_text="The market it is settled in; by default the battery's.",
    )
    policies = serializers.ListField(
        child=Text(max_length=40),
        required=False,
        allow_null=True,
        help_text=f"Some of {', '.join(POLICIES)}; by default all.",
    )

    def validate_policies(self, found: list[str]) -> list[str]:
        if len(found) > MOST_POLICIES or not all(map(NAME.fullmatch, found)):
            raise serializers.ValidationError(f"a list of at most {MOST_POLICIES} names.")
        if fault := next(filter(None, map(unknown_policy, found)), ""):
            raise serializers.ValidationError(fault)
        return found

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["end"] < attrs["start"]:
            raise serializers.ValidationError({"end": "It lies before the start."})
        if attrs["end"] >= operating_date(timezone.now()):
            raise serializers.ValidationError({"end": "That day is not over."})
        if attrs["end"] - attrs["start"] > MOST_YEARS * timedelta(days=366):
            raise serializers.ValidationError({"end": f"At most {MOST_YEARS} years at once."})
        return attrs


class BacktestInList(serializers.Serializer[Any]):
    """A back-test that was asked for, without its result."""

    id = serializers.IntegerField(help_text="Its number.")
    battery_id = serializers.IntegerField(help_text="The battery's number.")
    start = serializers.DateField(help_text="The first operating date.")
    end = serializers.DateField(help_text="The last operating date.")
    market = serializers.ChoiceField(choices=REAL_TIME, help_text="What it is settled in.")
    policies = serializers.ListField(
        child=serializers.CharField(), help_text="Their names; empty: all."
    )
    asked_at = Time(help_text="When it was asked for.")
    asked_by = serializers.SerializerMethodField(
        help_text="Who asked for it; null: the command, or the account is gone."
    )
    state = serializers.ChoiceField(choices=STATES, help_text="How far it is.")
    progress = figure("From 0 to 1.")
    finished_at = Time(allow_null=True, help_text="When it was done or failed; null: not yet.")
    error = serializers.CharField(allow_blank=True, help_text="Why it failed; empty: it did not.")

    def get_asked_by(self, backtest: Backtest) -> str | None:
        return backtest.asked_by.get_username() if backtest.asked_by else None


class BacktestAnswer(BacktestInList):
    """A back-test and its result."""

    code_version = serializers.CharField(
        allow_blank=True, help_text="The version of the code that made it; empty: not yet."
    )
    data_digest = serializers.CharField(
        allow_blank=True, help_text="SHA-256 of the prices that it read; empty: not yet."
    )
    parameters = serializers.DictField(help_text="The battery as it was when it was asked for.")
    result = serializers.JSONField(
        help_text="The table that `manage.py backtest --json` writes; null: there is none yet."
    )


class BacktestsAnswer(serializers.Serializer[Any]):
    """A battery's back-tests."""

    backtests = BacktestInList(many=True, help_text="The last 50, newest first.")


@method_decorator(never_cache, name="dispatch")
class BatteryBacktests(ApiView):
    """A battery's back-tests, and a new one."""

    permission_classes = [MayAddBacktests]

    def get(self, request: Request, battery_id: int) -> Response:
        found = battery_of(battery_id).backtests.select_related("asked_by").defer("result")
        last = found.order_by("-pk")[:MOST_LISTED]
        return Response(BacktestsAnswer({"backtests": last}).data)

    def post(self, request: Request, battery_id: int) -> Response:
        battery = battery_of(battery_id)
        asked = BacktestRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        if battery.backtests.filter(state__in=(WAITING, RUNNING)).count() >= MOST_WAITING:
            sentence = f"{MOST_WAITING} back-tests of this battery are not done yet."
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, sentence, retry_after=60)
        values = {"market": battery.market, "policies": []} | asked.validated_data
        now = timezone.now()
        with transaction.atomic():
            backtest = Backtest.objects.create(
                battery=battery,
                asked_by_id=request.user.pk,
                asked_at=now,
                parameters=parameters_of(battery),
                **values,
            )
            news.backtest_moved(backtest, now=now)
        asking.ask_backtest(backtest.pk)
        return Response(BacktestAnswer(backtest).data, status=HTTPStatus.CREATED)


@method_decorator(never_cache, name="dispatch")
class OneBacktest(ApiView):
    """A back-test and its result."""

    authentication_classes = []

    def get(self, request: Request, backtest_id: int) -> Response:
        found = Backtest.objects.select_related("asked_by").filter(pk=min(backtest_id, BEYOND - 1))
        backtest = found.first()
        if backtest is None:
            raise Problem(HTTPStatus.NOT_FOUND, "There is no back-test of this number.")
        return Response(BacktestAnswer(backtest).data)
