"""The second factor: six digits of an app after the password, or a recovery code.

Tables and codes are allauth's (`allauth.mfa`); its own pages would bring a second way to sign in,
to sign up and to confirm addresses. Only views import this module.
"""

import base64
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from accounts.roles import ADMIN
from accounts.second_factor_secrets import sealed, unsealed

KEPT_USED = 5  # codes: no more are valid at any moment
DIGITS = 6


class Offer(NamedTuple):
    """A second factor to set up: the secret, and a picture of it for the app's camera."""

    secret: str
    picture: str

    @property
    def sealed(self) -> str:
        """The secret as a session keeps it until it is set up."""
        return sealed(self.secret)

    @property
    def spoken(self) -> str:
        """The secret in groups of four, to type it."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


class OneTime(TOTP):  # type: ignore[misc]
    """A code that is taken once in the whole deployment: allauth's cache is each process's own."""

    def _mark_code_used(self, code: str) -> bool:
        """Whether nobody used it before."""
        with transaction.atomic():
            locked = Authenticator.objects.select_for_update().get(pk=self.instance.pk)
            used = locked.data.get("used", [])
            if code in used:
                return False
            locked.data["used"] = [*used, code][-KEPT_USED:]
            locked.save(update_fields=["data"])
        return True


def has(user: User) -> bool:
    """Whether a user has set up a second factor."""
    return of_kind(user, Authenticator.Type.TOTP) is not None


def is_required(user: User) -> bool:
    """Whether one of the user's groups must have a second factor; superusers count as `admin`."""
    required = settings.TWO_FACTOR_REQUIRED
    if user.is_superuser and ADMIN in required:
        return True
    return bool(required) and user.groups.filter(name__in=required).exists()


def of_kind(user: User, kind: str) -> Any:
    return Authenticator.objects.filter(user=user, type=kind).first()


def offered(user: User, kept: str = "") -> Offer:
    """A new second factor, or the one again whose sealed secret a session has kept."""
    secret = (unsealed(kept) if kept else "") or generate_totp_secret()
    query = urlencode({"secret": secret, "issuer": settings.MFA_TOTP_ISSUER}, quote_via=quote)
    address = f"otpauth://totp/{quote(user.get_username())}?{query}"
    return Offer(secret, picture_of(address))


def picture_of(text: str) -> str:
    """A QR code as the address of a picture."""
    import qrcode  # noqa: PLC0415 (it is needed once in an account's life)
    from qrcode.image.svg import SvgPathFillImage  # noqa: PLC0415

    out = BytesIO()
    qrcode.make(text, image_factory=SvgPathFillImage, border=2).save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def set_up(user: User, secret: str, code: str) -> list[str]:
    """Recovery codes, if the code is of this secret; else none, and nothing is set up."""
    code = tidy(code)
    if not validate_totp_code(secret, code):
        return []
    with transaction.atomic():
        reset(user)
        factor = TOTP.activate(user, secret)
        OneTime(factor.instance).validate_code(code)  # it is used up
        return new_recovery_codes(user)


def new_recovery_codes(user: User) -> list[str]:
    """Ten new ones; those before do not hold any more."""
    with transaction.atomic():
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    return codes


def is_right(user: User, code: str) -> bool:
    """Whether a code is the app's now, or a recovery code; each is taken once."""
    code = tidy(code)
    if not code.isascii() or not code.isdigit():
        return False
    kind = Authenticator.Type.TOTP if len(code) == DIGITS else Authenticator.Type.RECOVERY_CODES
    found = of_kind(user, kind)
    if found is None:
        return False
    checked = OneTime(found) if len(code) == DIGITS else RecoveryCodes(found)
    return bool(checked.validate_code(code))


def tidy(code: str) -> str:
    """Without the blanks and hyphens that apps and people put in."""
    return "".join(sign for sign in code if sign not in " -")[:20]


def reset(user: User) -> bool:
    """Take a second factor away, with its recovery codes; whether there was any."""
    return bool(Authenticator.objects.filter(user=user).delete()[0])
