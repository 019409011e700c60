from django.urls import path

from dashboard import alert_views, metrics_view, views
from dashboard.api.previews import rule_preview
from dashboard.api.push import subscriptions

urlpatterns = [
    path("", views.index, name="dashboard"),
    path("api/current", views.current, name="current"),
    path("api/history/<str:hours>", views.history, name="history"),
    path("alerts/", alert_views.alerts, name="alerts"),
    path("alerts/<int:alert_id>/acknowledge/", alert_views.acknowledge, name="acknowledge"),
    path("alerts/rules/<int:rule_id>/mute/", alert_views.mute, name="mute"),
    path("alerts/rules/<int:rule_id>/unmute/", alert_views.unmute, name="unmute"),
    path("push-worker.js", alert_views.push_worker, name="push-worker"),
    path("api/v1/source", views.source, name="source"),
    path("api/v1/push/subscriptions", subscriptions, name="push-subscriptions"),
    path("api/v1/rules/preview", rule_preview, name="rule-preview"),
    path("metrics", metrics_view.show, name="metrics"),
    path("favicon.ico", views.icon, name="icon"),
    path("healthz", views.health, name="health"),
]
