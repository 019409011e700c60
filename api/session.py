"""Who makes the request: a user who is logged in, by the session cookie, or anybody."""

from rest_framework.authentication import SessionAuthentication
from rest_framework.request import Request


class Session(SessionAuthentication):
    """A session; requests that change something need a CSRF token from one of our pages."""

    def enforce_csrf(self, request: Request) -> None:
        """Raises PermissionDenied. Does not read the body: it may be too long, or not a form."""
        super().enforce_csrf(request._request)  # type: ignore[arg-type]


class ReadingSession(Session):
    """A session for POST requests that change nothing."""

    def enforce_csrf(self, request: Request) -> None:
        """No token is needed."""
