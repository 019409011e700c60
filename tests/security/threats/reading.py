"""Who reads."""

from tests.security.threats.threat import Threat

THREATS = [
    Threat(
        "A foreign page reads the feed through its visitor",
        "Origin compared whole; a page without one by Sec-Fetch-Site or Referer",
        "tests/live/test_origin.py::test_a_page_that_sends_no_origin_is_known_by_what_its_browser_says",
        "4.2.2, 13.2.3",
        "live/origin.py",
        'return site == b"same-origin" and is_our_host(headers)',
        "return True",
    ),
    Threat(
        "A request under a foreign host name poisons links and caches",
        "ALLOWED_HOSTS, before anything else",
        "tests/caisoproject/test_failures.py::test_another_name_is_refused_in_one_line",
        "13.1.1, 14.4.7",
        "caisoproject/failures.py",
        "        try:\n            request.get_host()\n        except DisallowedHost:",
        "        try:\n            pass\n        except DisallowedHost:",
    ),
    Threat(
        "A foreign page changes something in its visitor's name",
        "a CSRF token for whatever changes something",
        "tests/api/test_frame.py::test_a_session_needs_its_csrf_token_where_something_changes",
        "4.2.2, 13.2.3",
        "api/session.py",
        "super().enforce_csrf(request._request)  # type: ignore[arg-type]",
        "pass",
    ),
    Threat(
        "A program reports a battery's charge without its token",
        "the token, compared in constant time",
        "tests/api/test_batteries.py::test_another_token_is_refused",
        "2.10.2, 4.1.1",
        "api/battery_access.py",
        "if not shows_token(shown.encode(), settings.BATTERY_TOKEN):",
        "if False:",
    ),
]
