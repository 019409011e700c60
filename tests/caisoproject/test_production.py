"""What production refuses, and what Django's own check says of its settings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from caisoproject.production import Chosen, host_of, refusal
from deploy.paths import ROOT

KEY = "".join(map(chr, range(48, 112)))
SITE = "https://prices.example.com"
GOOD = Chosen(KEY, False, ["prices.example.com"], SITE, True, "")
CLOSED = GOOD._replace(public_dashboard=False)


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (GOOD, None),
        (GOOD._replace(allowed_hosts=["localhost", ".example.com"]), None),
        (GOOD._replace(allowed_hosts=[".prices.example.com"]), None),
        (GOOD._replace(allowed_hosts=["Prices.Example.com"]), None),
        (GOOD._replace(site_url="https://[2001:db8::1]", allowed_hosts=["[2001:db8::1]"]), None),
        (GOOD._replace(site_url=f"{SITE}:8443/caiso"), None),
        (GOOD._replace(debug=True), "DEBUG is on too"),
        (GOOD._replace(secret_key=f"django-insecure-{KEY}"), "SECRET_KEY is one made for dev"),
        (GOOD._replace(secret_key=KEY[:49]), "SECRET_KEY is too simple"),
        (GOOD._replace(secret_key="abcd" * 20), "SECRET_KEY is too simple"),
        (GOOD._replace(secret_key=""), "SECRET_KEY is too simple"),
        (GOOD._replace(site_url=""), "SITE_URL is missing"),
        (GOOD._replace(site_url="http://prices.example.com"), "SITE_URL is not https"),
        (GOOD._replace(allowed_hosts=["prices.example.com", "*"]), "ALLOWED_HOSTS has *"),
        (GOOD._replace(allowed_hosts=[]), "ALLOWED_HOSTS lacks prices.example.com"),
        (GOOD._replace(allowed_hosts=["example.com"]), "ALLOWED_HOSTS lacks prices.example.com"),
        (GOOD._replace(allowed_hosts=[".rices.example.com"]), "ALLOWED_HOSTS lacks"),
        (CLOSED, "PUBLIC_DASHBOARD is off and METRICS_TOKEN is missing"),
        (CLOSED._replace(metrics_token="for-prometheus"), None),
    ],
)
def test_what_strangers_could_use_is_refused_by_the_settings_name(
    chosen: Chosen, sentence: str | None
) -> None:
    found = refusal(chosen)
    if sentence is None:
        assert found is None
    else:
        assert (found or "").startswith(f"PRODUCTION is on, but {sentence}")
        assert (found or "").endswith(".")


def test_a_key_is_never_repeated() -> None:
    assert "abcd" not in str(refusal(GOOD._replace(secret_key="abcd" * 20)))


def test_the_host_of_an_address_is_written_as_hosts_are_allowed() -> None:
    assert host_of("https://Prices.Example.com:8443/x") == "prices.example.com"
    assert host_of("https://[2001:DB8::1]/") == "[2001:db8::1]"
    assert host_of("") == ""


def checked(folder: Path, *options: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """`manage.py check` in a new folder."""
    unset = ("SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "DEBUG", "METRICS_TOKEN")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", "check", *options],
        cwd=ROOT,
        env=kept | {"VAR_DIR": str(folder)} | environ,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.process
def test_djangos_own_check_finds_nothing_in_production(tmp_path: Path) -> None:
    deploy = ("--deploy", "--fail-level", "WARNING")
    found = checked(tmp_path, *deploy, PRODUCTION="1", SITE_URL=SITE)
    assert (found.returncode, "no issues" in found.stdout) == (0, True), found.stderr


@pytest.mark.process
def test_what_is_refused_stops_the_start_with_a_sentence_alone(tmp_path: Path) -> None:
    found = checked(tmp_path, PRODUCTION="1", SITE_URL=SITE, ALLOWED_HOSTS="*")
    assert found.returncode == 1
    assert found.stderr.startswith("PRODUCTION is on, but ALLOWED_HOSTS has *, any name")
    assert found.stderr.count("\n") == 1


@pytest.mark.process
def test_a_closed_dashboard_starts_only_with_a_token_for_its_figures(tmp_path: Path) -> None:
    closed = {"PRODUCTION": "1", "SITE_URL": SITE, "PUBLIC_DASHBOARD": "0"}
    refused = checked(tmp_path, **closed)
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "METRICS_TOKEN is missing" in refused.stderr
    found = checked(tmp_path, **closed, METRICS_TOKEN="for-prometheus")
    assert found.returncode == 0, found.stderr
