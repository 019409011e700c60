"""Who asks: somebody who is logged in, by the session's cookie, or anybody."""

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class Session(SessionAuthentication):
    """A session; what it changes needs the CSRF token of a page of ours."""

    def enforce_csrf(self, request: Request) -> None:
        """Raises PermissionDenied. The body is left unread: it may be no form, or too long."""
        super().enforce_csrf(request._request)  # type: ignore[arg-type]


class ReadingSession(Session):
    """A session for what is posted and changes nothing."""

    def enforce_csrf(self, request: Request) -> None:
        """No token is needed."""
