"""`/metrics`, for Prometheus."""

from functools import cache
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry


@cache
def registry() -> "CollectorRegistry":
    """The registry. Imported when needed: workers import all URLs to check them, but need none."""
    from alerts import metrics  # noqa: PLC0415
    from live.metrics import Readers  # noqa: PLC0415

    registry = metrics.registry()
    registry.register(Readers())
    return registry


@require_safe
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    from prometheus_client.exposition import (  # noqa: PLC0415
        CONTENT_TYPE_LATEST,
        generate_latest,
    )

    return HttpResponse(generate_latest(registry()), content_type=CONTENT_TYPE_LATEST)
