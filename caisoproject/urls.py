from django.contrib import admin
from django.urls import include, path

from caisoproject.metrics import view as metrics
from dashboard.log_in import log_out

admin.autodiscover()
admin.site.site_header = "CAISO Live"
admin.site.site_title = "CAISO Live"
admin.site.index_title = (
    "Rules, alerts and deliveries; batteries; nodes and what became of each request"
)

handler400 = "caisoproject.failures.bad_request"
handler500 = "caisoproject.failures.server_error"
urlpatterns = [
    path("admin/logout/", log_out),
    path("admin/", admin.site.urls),
    path("api/", include("api.urls")),
    path("metrics", metrics.show, name="metrics"),
    path("", include("dashboard.urls")),
]
