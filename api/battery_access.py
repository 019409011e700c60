"""Who may do what with batteries: who may change them changes, programs report."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from accounts.access import may
from battery.models import Battery
from live.origin import shows_token
from live.problems import Problem

PROGRAM = "a program"
BEYOND = 2**63  # no database has such numbers
WRONG = "Authorization takes the battery token: Bearer <token>."


class BatteryToken(BaseAuthentication):
    """A program that shows BATTERY_TOKEN: `Authorization: Bearer ...`."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, str] | None:
        """Raises Problem if it shows something else."""
        shown = request.headers.get("Authorization")
        if shown is None:
            return None
        if not shows_token(shown.encode(), settings.BATTERY_TOKEN):
            raise Problem(HTTPStatus.FORBIDDEN, WRONG)
        return AnonymousUser(), PROGRAM


class WhoMay(BasePermission):
    """Who has a permission may change something; the others may read."""

    needed = ""
    what = ""

    def has_permission(self, request: Request, view: Any) -> bool:
        self.message = f"Log in as somebody who may {self.what}."
        return request.method in SAFE_METHODS or may(request.user, self.needed)


class MayAddBatteries(WhoMay):
    needed, what = "battery.add_battery", "add batteries"


class MayChangeBatteries(WhoMay):
    needed, what = "battery.change_battery", "change batteries"


class MayAddBacktests(WhoMay):
    needed, what = "battery.add_backtest", "ask for back-tests"


class MayReport(BasePermission):
    """Programs with the token, and who may change batteries."""

    message = "Log in as somebody who may change batteries, or send the battery token."

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.auth == PROGRAM or may(request.user, "battery.change_battery")


def battery_of(battery_id: int, *, lock: bool = False) -> Battery:
    """The battery of this number, locked if it is to be changed. Raises Problem."""
    batteries = Battery.objects.select_related("node", "owner")
    if lock:
        batteries = batteries.select_for_update(of=("self",), no_key=True)
    found = batteries.filter(pk=battery_id).first() if battery_id < BEYOND else None
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no battery of this number.")
    return found


def name_of(request: Request) -> str:
    """Who does it."""
    return PROGRAM if request.auth == PROGRAM else request.user.get_username()
