from django.urls import path

from api import views
from api.days import Days
from api.delivery_tests import DeliveryTests
from api.hubs import Hubs
from api.previews import RulePreview
from api.push import PushSubscriptions
from api.schema import Schema, docs
from api.source import Source

urlpatterns = [
    path("current", views.current, name="current"),
    path("history/<str:hours>", views.history, name="history"),
    path("v1/prices", views.prices, name="prices"),
    path("v1/source", Source.as_view(), name="source"),
    path("v1/hubs", Hubs.as_view(), name="hubs"),
    path("v1/days", Days.as_view(), name="days"),
    path("v1/rules/preview", RulePreview.as_view(), name="rule-preview"),
    path("v1/push/subscriptions", PushSubscriptions.as_view(), name="push-subscriptions"),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    path("v1/delivery-tests/<int:delivery_id>", DeliveryTests.as_view(), name="delivery-test"),
]
