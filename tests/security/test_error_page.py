"""A page that fails says so, and nothing of how the server is made."""

import pytest
from django.test import Client

from dashboard import views


@pytest.mark.django_db
def test_a_page_that_fails_says_nothing_of_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object, **__: object) -> None:
        raise RuntimeError("/srv/caiso/secret")

    monkeypatch.setattr(views, "page_snapshot", fault)
    answer = Client(raise_request_exception=False).get("/")
    assert answer.status_code == 500
    said = answer.content.decode()
    assert "Traceback" not in said
    assert "secret" not in said
