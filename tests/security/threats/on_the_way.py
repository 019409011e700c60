"""Between a reader and us."""

from tests.security.threats.threat import Threat

THREATS = [
    Threat(
        "A client makes up its address, to be counted as another",
        "X-Forwarded-For from TRUSTED_PROXIES alone, and of it what they added",
        "tests/live/test_forwarded.py::test_nobody_is_believed_where_no_proxy_is_named",
        "4.1.1, 13.1.1",
        "live/forwarded.py",
        "    if not proxies.has(peer):\n        return Reader(peer)\n",
        "",
    ),
    Threat(
        "A session is read on the way, or set by a neighbouring site",
        "https alone, HSTS, Secure, HttpOnly, SameSite and __Host- cookies",
        "tests/caisoproject/test_https.py::test_cookies_are_the_sites_own_and_never_go_over_http",
        "3.4.1, 3.4.2, 3.4.3, 3.4.4, 9.1.1",
        "caisoproject/settings.py",
        "SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS",
        "SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False",
    ),
    Threat(
        "A foreign page's script reads answers with its visitor's rights",
        "an exact list of origins, none by default, and never credentials",
        "tests/caisoproject/test_cross_origin.py::"
        "test_nobody_is_allowed_unless_he_is_listed_and_pages_are_nobodys",
        "14.5.3",
        "live/cross_origin.py",
        "return origin in allowed",
        "return bool(origin)",
    ),
    Threat(
        "It runs in production as on a desk: a weak key, DEBUG, any host, no TLS, open figures",
        "PRODUCTION=1 refuses to start, in a sentence",
        "tests/caisoproject/test_production.py::"
        "test_what_strangers_could_use_is_refused_by_the_settings_name",
        "14.1.3, 14.3.2, 2.10.4",
        "caisoproject/production.py",
        'if "*" in chosen.allowed_hosts:',
        "if False:",
    ),
]
