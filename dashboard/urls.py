from django.urls import path

from dashboard import (
    account_views,
    alert_views,
    battery_page,
    battery_views,
    log_in,
    rule_views,
    status_page,
    views,
)

urlpatterns = [
    path("", views.index, name="dashboard"),
    path("battery/", battery_page.battery, name="battery"),
    path("battery/<int:battery_id>/soc/", battery_views.report, name="report-soc"),
    path("battery/<int:battery_id>/backtests/", battery_views.test, name="ask-backtest"),
    path("battery/<int:battery_id>/days.csv", battery_views.days_csv, name="battery-days"),
    path("status/", status_page.status, name="status"),
    path("alerts/", alert_views.alerts, name="alerts"),
    path("alerts/new/", rule_views.new_rule, name="new-rule"),
    path("alerts/rules/<int:rule_id>/", rule_views.rule, name="rule"),
    path("alerts/rules/<int:rule_id>/switch/", rule_views.switch, name="switch-rule"),
    path("alerts/<int:alert_id>/acknowledge/", alert_views.acknowledge, name="acknowledge"),
    path("alerts/rules/<int:rule_id>/mute/", alert_views.mute, name="mute"),
    path("alerts/rules/<int:rule_id>/unmute/", alert_views.unmute, name="unmute"),
    path("accounts/", account_views.account, name="account"),
    path("accounts/log-in/", log_in.log_in, name="log-in"),
    path("accounts/log-in/code/", log_in.second_step, name="second-step"),
    path("accounts/log-out/", log_in.log_out, name="log-out"),
    path("accounts/password/", account_views.change_password, name="change-password"),
    path("accounts/second-factor/", account_views.set_up, name="second-factor"),
    path("accounts/second-factor/codes/", account_views.new_codes, name="recovery-codes"),
    path("accounts/second-factor/remove/", account_views.remove, name="remove-second-factor"),
    path("push-worker.js", alert_views.push_worker, name="push-worker"),
    path("favicon.ico", views.icon, name="icon"),
]
