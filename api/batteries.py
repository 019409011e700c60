"""`/api/v1/batteries`: batteries, added and changed by users who may; states of charge."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import ValidationError as ModelFault
from django.db import transaction
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.battery_access import (
    PROGRAM,
    BatteryToken,
    MayAddBatteries,
    MayChangeBatteries,
    MayReport,
    battery_of,
    name_of,
)
from api.battery_request import BatteryRequest, applied
from api.battery_shapes import battery_body, figure
from api.fields import Moment, PlainNumber, Time
from api.frame import ApiView
from api.session import Session
from api.strict import Strict
from api.views import node_of
from battery import asking
from battery.changes import announce_added, announce_changed, report_soc
from battery.models import Battery, SocReading


class SocRequest(Strict):
    """A state of charge."""

    soc_mwh = PlainNumber(help_text="MWh in the store.")
    at = Moment(required=False, allow_null=True, help_text="When it was so; now by default.")


class SocAnswer(serializers.Serializer[Any]):
    """A state of charge that was reported."""

    battery_id = serializers.IntegerField(help_text="The battery's number.")
    at = Time(help_text="When it was so.")
    soc_mwh = figure("MWh in the store.")
    by = serializers.CharField(help_text="The user who reported it, or `a program`.")


@method_decorator(never_cache, name="dispatch")
class Batteries(ApiView):
    """All batteries, and a new one."""

    permission_classes = [MayAddBatteries]

    def get(self, request: Request) -> Response:
        now, found = timezone.now(), Battery.objects.select_related("node", "owner")
        if "hub" in request.query_params:
            found = found.filter(node=node_of(request._request))
        return Response({"batteries": [battery_body(battery, now=now) for battery in found]})

    def post(self, request: Request) -> Response:
        asked = BatteryRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        now, by, battery = timezone.now(), name_of(request), Battery(owner_id=request.user.pk)
        with transaction.atomic():
            applied(battery, asked.validated_data)
            announce_added(battery, by=by, now=now)
        asking.wake()
        return Response(battery_body(battery, now=now), status=HTTPStatus.CREATED)


@method_decorator(never_cache, name="dispatch")
class OneBattery(ApiView):
    """One battery, and changes to it."""

    permission_classes = [MayChangeBatteries]

    def get(self, request: Request, battery_id: int) -> Response:
        return Response(battery_body(battery_of(battery_id), now=timezone.now()))

    def patch(self, request: Request, battery_id: int) -> Response:
        battery_of(battery_id)
        asked, now = BatteryRequest(data=request.data, partial=True), timezone.now()
        asked.is_valid(raise_exception=True)
        with transaction.atomic():
            battery = battery_of(battery_id, lock=True)
            before = battery_of(battery_id)
            changed = applied(battery, asked.validated_data)
            announce_changed(battery, before, changed, by=name_of(request), now=now)
        asking.wake()
        return Response(battery_body(battery, now=now))


class StateOfCharge(ApiView):
    """A state of charge is reported, by a program or by a user."""

    authentication_classes = [BatteryToken, Session]
    permission_classes = [MayReport]

    def post(self, request: Request, battery_id: int) -> Response:
        battery, now = battery_of(battery_id), timezone.now()
        asked = SocRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        values = {"at": now} | asked.validated_data
        reading = SocReading(battery=battery, recorded_at=now, by=name_of(request), **values)
        try:
            reading.full_clean(exclude=["battery"])
        except ModelFault as fault:
            raise serializers.ValidationError(dict(fault.message_dict)) from fault
        if request.auth == PROGRAM:  # every few minutes: the next advice says it
            reading.save()
        else:
            report_soc(reading, now=now)
        return Response(SocAnswer(reading).data, status=HTTPStatus.CREATED)
