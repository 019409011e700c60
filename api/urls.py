from django.urls import path

from api import views
from api.backtests import BatteryBacktests, OneBacktest
from api.batteries import Batteries, OneBattery, StateOfCharge
from api.battery_advice import BatteryAdvice
from api.battery_history import BatteryHistory
from api.days import Days
from api.delivery_tests import DeliveryTests
from api.hubs import Hubs
from api.measures import Measures
from api.previews import RulePreview
from api.push import PushSubscriptions
from api.schema import Schema, docs
from api.source import Source
from api.what_ifs import WhatIf

urlpatterns = [
    path("current", views.current, name="current"),
    path("history/<str:hours>", views.history, name="history"),
    path("v1/prices", views.prices, name="prices"),
    path("v1/source", Source.as_view(), name="source"),
    path("v1/hubs", Hubs.as_view(), name="hubs"),
    path("v1/days", Days.as_view(), name="days"),
    path("v1/measures", Measures.as_view(), name="measures"),
    path("v1/rules/preview", RulePreview.as_view(), name="rule-preview"),
    path("v1/push/subscriptions", PushSubscriptions.as_view(), name="push-subscriptions"),
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    path("v1/batteries", Batteries.as_view(), name="batteries"),
    path("v1/batteries/<int:battery_id>", OneBattery.as_view(), name="battery"),
    path("v1/batteries/<int:battery_id>/soc", StateOfCharge.as_view(), name="battery-soc"),
    path("v1/batteries/<int:battery_id>/advice", BatteryAdvice.as_view(), name="battery-advice"),
    path("v1/batteries/<int:battery_id>/history", BatteryHistory.as_view(), name="battery-history"),
    path("v1/batteries/<int:battery_id>/what-if", WhatIf.as_view(), name="battery-what-if"),
    path(
        "v1/batteries/<int:battery_id>/backtests",
        BatteryBacktests.as_view(),
        name="battery-backtests",
    ),
    path("v1/backtests/<int:backtest_id>", OneBacktest.as_view(), name="backtest"),
    path("v1/delivery-tests/<int:delivery_id>", DeliveryTests.as_view(), name="delivery-test"),
]
