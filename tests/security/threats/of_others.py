"""What others wrote."""

from tests.security.threats.threat import Threat

THREATS = [
    Threat(
        "A library with a known hole, or another than we tested",
        "locked by hash, least versions, bandit, a bill of materials",
        "tests/test_dependencies.py::test_each_pinned_version_is_without_the_holes_we_know",
        "14.2.1, 14.2.5, 10.3.2",
        "requirements-dev.txt",
        "lxml==6.1",
        "lxml==5.1",
    ),
]
