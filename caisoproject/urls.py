from django.contrib import admin
from django.urls import include, path

admin.site.site_header = "CAISO Live"
admin.site.site_title = "CAISO Live"
admin.site.index_title = "Rules, alerts and deliveries; nodes and what became of each request"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("dashboard.urls")),
]
