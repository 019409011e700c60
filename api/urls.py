from django.urls import path

from api import views
from api.previews import rule_preview
from api.push import subscriptions

urlpatterns = [
    path("current", views.current, name="current"),
    path("history/<str:hours>", views.history, name="history"),
    path("v1/source", views.source, name="source"),
    path("v1/push/subscriptions", subscriptions, name="push-subscriptions"),
    path("v1/rules/preview", rule_preview, name="rule-preview"),
]
