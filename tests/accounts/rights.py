"""Who may do what, as a table: every address, each method it takes, and the least role for it.

`open`: everybody, always. `read`: everybody where the dashboard is public, else viewers and the
roles above, and under /api/ a program with the feed token. `user`: whoever is logged in. Then the
roles, each with those above it: analyst, operator, admin. `reports`: operators, and a program with
the battery token.
"""

OPEN, READ, USER, REPORTS = "open", "read", "user", "reports"
ANALYST, OPERATOR, ADMIN, NOBODY = "analyst", "operator", "admin", "nobody"

# Address as Django has it: an address to ask, and the least role for each method.
PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "": ("/", {"GET": READ}),
    "battery/": ("/battery/", {"GET": READ}),
    "battery/<int:battery_id>/soc/": ("/battery/1/soc/", {"GET": READ, "POST": OPERATOR}),
    "battery/<int:battery_id>/backtests/": (
        "/battery/1/backtests/",
        {"GET": READ, "POST": ANALYST},
    ),
    "battery/<int:battery_id>/days.csv": ("/battery/1/days.csv", {"GET": READ}),
    "status/": ("/status/", {"GET": READ}),
    "alerts/": ("/alerts/", {"GET": READ}),
    "alerts/new/": ("/alerts/new/", {"GET": OPERATOR, "POST": OPERATOR}),
    "alerts/rules/<int:rule_id>/": ("/alerts/rules/1/", {"GET": OPERATOR, "POST": OPERATOR}),
    "alerts/rules/<int:rule_id>/switch/": ("/alerts/rules/1/switch/", {"POST": OPERATOR}),
    "alerts/<int:alert_id>/acknowledge/": ("/alerts/1/acknowledge/", {"POST": OPERATOR}),
    "alerts/rules/<int:rule_id>/mute/": ("/alerts/rules/1/mute/", {"POST": OPERATOR}),
    "alerts/rules/<int:rule_id>/unmute/": ("/alerts/rules/1/unmute/", {"POST": OPERATOR}),
    "accounts/": ("/accounts/", {"GET": USER}),
    "accounts/log-in/": ("/accounts/log-in/", {"GET": OPEN, "POST": OPEN}),
    "accounts/log-in/code/": ("/accounts/log-in/code/", {"GET": NOBODY, "POST": NOBODY}),
    "accounts/log-out/": ("/accounts/log-out/", {"POST": OPEN}),
    "accounts/password/": ("/accounts/password/", {"GET": USER, "POST": USER}),
    "accounts/second-factor/": ("/accounts/second-factor/", {"GET": USER, "POST": USER}),
    "accounts/second-factor/codes/": ("/accounts/second-factor/codes/", {"POST": USER}),
    "accounts/second-factor/remove/": ("/accounts/second-factor/remove/", {"POST": USER}),
    "push-worker.js": ("/push-worker.js", {"GET": OPEN}),
    "metrics": ("/metrics", {"GET": OPEN}),
    "favicon.ico": ("/favicon.ico", {"GET": OPEN}),
    "api/current": ("/api/current", {"GET": READ}),
    "api/history/<str:hours>": ("/api/history/1", {"GET": READ}),
    "api/v1/prices": ("/api/v1/prices", {"GET": READ}),
    "api/v1/source": ("/api/v1/source", {"GET": READ}),
    "api/v1/hubs": ("/api/v1/hubs", {"GET": READ}),
    "api/v1/days": ("/api/v1/days", {"GET": READ}),
    "api/v1/measures": ("/api/v1/measures", {"GET": READ}),
    "api/v1/rules/preview": ("/api/v1/rules/preview", {"POST": READ}),
    "api/v1/push/subscriptions": (
        "/api/v1/push/subscriptions",
        {"POST": OPERATOR, "DELETE": OPERATOR},
    ),
    "api/schema/": ("/api/schema/", {"GET": READ}),
    "api/docs/": ("/api/docs/", {"GET": READ}),
    "api/v1/batteries": ("/api/v1/batteries", {"GET": READ, "POST": OPERATOR}),
    "api/v1/batteries/<int:battery_id>": (
        "/api/v1/batteries/1",
        {"GET": READ, "PATCH": OPERATOR},
    ),
    "api/v1/batteries/<int:battery_id>/soc": ("/api/v1/batteries/1/soc", {"POST": REPORTS}),
    "api/v1/batteries/<int:battery_id>/advice": ("/api/v1/batteries/1/advice", {"GET": READ}),
    "api/v1/batteries/<int:battery_id>/history": ("/api/v1/batteries/1/history", {"GET": READ}),
    "api/v1/batteries/<int:battery_id>/what-if": ("/api/v1/batteries/99/what-if", {"POST": READ}),
    "api/v1/batteries/<int:battery_id>/backtests": (
        "/api/v1/batteries/1/backtests",
        {"GET": READ, "POST": ANALYST},
    ),
    "api/v1/backtests/<int:backtest_id>": ("/api/v1/backtests/1", {"GET": READ}),
    "api/v1/delivery-tests/<int:delivery_id>": ("/api/v1/delivery-tests/1", {"GET": OPERATOR}),
    "admin/": ("/admin/", {"GET": ANALYST}),
    "admin/login/": ("/admin/login/", {"GET": OPEN, "POST": OPEN}),
    "admin/logout/": ("/admin/logout/", {"POST": OPEN}),
    "admin/password_change/": ("/admin/password_change/", {"GET": ANALYST}),
    "admin/password_change/done/": ("/admin/password_change/done/", {"GET": ANALYST}),
    "admin/jsi18n/": ("/admin/jsi18n/", {"GET": ANALYST}),
    "admin/autocomplete/": ("/admin/autocomplete/", {"GET": NOBODY}),
    "admin/r/<path:content_type_id>/<path:object_id>/": ("/admin/r/1/1/", {"GET": ANALYST}),
    "admin/(?P<url>.*)$": ("/admin/nowhere/", {"GET": ANALYST}),
    "admin/alerts/alert/csv/": ("/admin/alerts/alert/csv/", {"GET": ANALYST}),
    "admin/alerts/method/<int:pk>/test/": ("/admin/alerts/method/1/test/", {"POST": OPERATOR}),
    "admin/auth/user/<id>/password/": ("/admin/auth/user/1/password/", {"GET": ADMIN}),
}

# Model of the admin: the least role to view, add, change and delete.
MODELS: dict[str, tuple[str, str, str, str]] = {
    "alerts/rule": (ANALYST, OPERATOR, OPERATOR, OPERATOR),
    "alerts/alert": (ANALYST, NOBODY, NOBODY, NOBODY),
    "alerts/transition": (ANALYST, NOBODY, NOBODY, NOBODY),
    "alerts/method": (OPERATOR, OPERATOR, OPERATOR, OPERATOR),
    "alerts/delivery": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "battery/battery": (ANALYST, OPERATOR, OPERATOR, OPERATOR),
    "battery/socreading": (ANALYST, OPERATOR, NOBODY, NOBODY),
    "battery/advice": (ANALYST, NOBODY, NOBODY, NOBODY),
    "battery/schedule": (ANALYST, NOBODY, NOBODY, NOBODY),
    "battery/paperday": (ANALYST, NOBODY, NOBODY, NOBODY),
    "battery/restatement": (ANALYST, NOBODY, NOBODY, NOBODY),
    "battery/backtest": (ANALYST, NOBODY, NOBODY, NOBODY),
    "prices/node": (ANALYST, OPERATOR, OPERATOR, OPERATOR),
    "prices/fetchrun": (ANALYST, NOBODY, NOBODY, NOBODY),
    "prices/gap": (ANALYST, NOBODY, NOBODY, NOBODY),
    "prices/trouble": (ANALYST, NOBODY, NOBODY, NOBODY),
    "alerts/operationalalert": (ANALYST, NOBODY, NOBODY, NOBODY),
    "auth/user": (ADMIN, ADMIN, ADMIN, ADMIN),
    "auth/group": (ADMIN, ADMIN, ADMIN, ADMIN),
    "axes/accessfailurelog": (ADMIN, NOBODY, NOBODY, ADMIN),
    "accounts/historicalrule": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "accounts/historicalcondition": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "accounts/historicalmethod": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "accounts/historicalbattery": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "accounts/historicalgridlimit": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "accounts/historicaloutage": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "accounts/historicalnode": (OPERATOR, NOBODY, NOBODY, NOBODY),
    "accounts/historicaluser": (ADMIN, NOBODY, NOBODY, NOBODY),
    "accounts/historicalgroup": (ADMIN, NOBODY, NOBODY, NOBODY),
}
# The applications beside Django: the WebSocket and the event stream are in test_closed_feed.py;
# the others hand on to Django.
ROUTES = {
    "http": {
        *(
            "healthz",
            "readyz",
            "api/v1/stream",
            "^api/history/",
            "^api/v1/days$",
            "^api/v1/measures$",
        ),
        *("^api/v1/prices$", "^api/v1/rules/preview$", "^api/v1/batteries/[0-9]+/what-if$"),
        *("^api/", ""),
    },
    "websocket": {"ws", ""},
}
