"""What is stored of a second factor, encrypted by SECRET_KEY: a copy of the database has none.

Whoever changes SECRET_KEY has the second factors set up anew (docs/accounts.md).
"""

import base64
from hashlib import sha256
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings

ABOUT = b"accounts.second_factor_secrets:"


def box() -> Any:
    """Encryption takes 7 MB: it is imported when needed."""
    from cryptography.fernet import Fernet  # noqa: PLC0415

    key = sha256(ABOUT + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def sealed(secret: str) -> str:
    """A secret as a session may hold it, which is a row of the database too."""
    return str(box().encrypt(secret.encode()), "ascii")


def unsealed(stored: str) -> str:
    """Such a secret again; empty for what another SECRET_KEY has encrypted, or nothing has."""
    from cryptography.fernet import InvalidToken  # noqa: PLC0415

    try:
        return str(box().decrypt(stored.encode()), "utf-8")
    except InvalidToken:
        return ""


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return sealed(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Raises InvalidToken for what another SECRET_KEY has encrypted."""
        return str(box().decrypt(encrypted_text.encode()), "utf-8")
