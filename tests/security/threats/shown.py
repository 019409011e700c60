"""What is shown and said."""

from tests.security.threats.threat import Threat

THREATS = [
    Threat(
        "A text that somebody typed runs as a script",
        "escaped by templates, textContent in scripts, and a policy without anything inline",
        "tests/api/test_prices.py::test_the_page_names_its_hubs_and_forbids_inline_code",
        "5.3.3, 14.4.3",
        "dashboard/content_security.py",
        "\"default-src 'self'\",",
        "\"default-src 'self' 'unsafe-inline'\",",
    ),
    Threat(
        "An error page shows how the server is made",
        "a sentence, and the rest in the log",
        "tests/security/test_error_page.py::test_a_page_that_fails_says_nothing_of_why",
        "7.4.1, 14.3.2",
        "caisoproject/failures.py",
        "or usual_server_error(request)",
        "or HttpResponse(str(sys.exc_info()[1]), status=500)",
    ),
    Threat(
        "A password in an address is repeated in an error",
        "errors name the setting, never its value",
        "tests/caisoproject/test_environment.py::test_a_wrong_address_is_not_repeated_for_it_may_hold_a_password",
        "7.1.1, 6.4.1",
        "caisoproject/environment.py",
        'f"{name} does not begin with one of',
        'f"{name} {value} does not begin with one of',
    ),
]
