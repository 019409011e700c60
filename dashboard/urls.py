from django.urls import path

from dashboard import views
from dashboard.api.previews import rule_preview

urlpatterns = [
    path("", views.index, name="dashboard"),
    path("api/current", views.current, name="current"),
    path("api/history/<str:hours>", views.history, name="history"),
    path("api/v1/rules/preview", rule_preview, name="rule-preview"),
    path("healthz", views.health, name="health"),
]
