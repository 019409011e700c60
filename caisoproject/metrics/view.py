"""The page itself, for whoever may read it."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from live.origin import shows_token


@require_safe
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """Everything at once. What it takes is imported here: workers import all URLs to check them."""
    from prometheus_client.exposition import (  # noqa: PLC0415
        CONTENT_TYPE_LATEST,
        generate_latest,
    )

    from caisoproject.metrics.page import registry  # noqa: PLC0415

    if not may_read(request):
        refused = HttpResponse("Prometheus shows METRICS_TOKEN as its bearer token here.\n")
        refused.status_code = HTTPStatus.UNAUTHORIZED
        refused.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        refused.headers["Content-Type"] = "text/plain; charset=utf-8"
        return refused
    return HttpResponse(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)


def may_read(request: HttpRequest) -> bool:
    """Whether it is open, or the token is shown."""
    token, shown = settings.METRICS_TOKEN, request.headers.get("Authorization", "")
    return not token or shows_token(shown.encode(), token)
