"""`/metrics`, for Prometheus."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from alerts import metrics

registry = metrics.registry()


@require_safe
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    """Every figure, as text."""
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
