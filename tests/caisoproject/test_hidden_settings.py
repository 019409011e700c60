"""What an error shows: to strangers nothing, to developers no password."""

import logging
import sys

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.views.debug import ExceptionReporter
from pytest_django import Settings

from caisoproject.hidden_settings import HiddenSettings
from dashboard import status_page

SECRET = "hunter2"


@pytest.fixture
def secrets(settings: Settings) -> None:
    """A password in every setting that may hold one."""
    settings.SECRET_KEY = settings.FEED_TOKEN = settings.BATTERY_TOKEN = SECRET
    settings.EMAIL_HOST_PASSWORD = settings.EMAIL_HOST_USER = settings.VAPID_PRIVATE_KEY = SECRET
    url = f"redis://:{SECRET}@redis.example/0"
    settings.REDIS_URL = settings.CHANNEL_REDIS_URL = settings.CELERY_BROKER_URL = url
    settings.WEBHOOK_PROXY = f"http://me:{SECRET}@proxy.example:3128"
    settings.CHANNEL_LAYERS = {"default": {"CONFIG": {"hosts": [{"address": url}]}}}


def break_down(_: HttpRequest) -> None:
    """A fault of our own, with a secret at hand."""
    password = django_settings.SECRET_KEY
    raise KeyError(len(password))


@pytest.mark.django_db
def test_strangers_and_the_log_learn_nothing_of_it(
    secrets: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(status_page, "bar", break_down)
    monkeypatch.setattr("dashboard.status_page.timezone.now", lambda: break_down(HttpRequest()))
    with caplog.at_level(logging.DEBUG):
        answer = Client(raise_request_exception=False).get("/status/")
    assert answer.status_code == 500
    assert SECRET not in answer.content.decode()
    assert "KeyError" not in answer.content.decode()
    assert "KeyError" in caplog.text
    assert SECRET not in caplog.text


def test_the_page_for_developers_hides_every_address_with_a_password(secrets: None) -> None:
    shown = HiddenSettings().get_safe_settings()
    assert [name for name, value in shown.items() if SECRET in str(value)] == []
    assert shown["POLL_SECONDS"] == django_settings.POLL_SECONDS


def test_the_page_of_an_error_hides_them_too(secrets: None) -> None:
    try:
        raise KeyError
    except KeyError:
        reporter = ExceptionReporter(RequestFactory().get("/"), *sys.exc_info())
    assert isinstance(reporter.filter, HiddenSettings)
    assert SECRET not in reporter.get_traceback_html()
