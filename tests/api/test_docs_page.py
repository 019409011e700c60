"""`/api/docs/`: the schema as a page, under the policy of all pages."""

import re

from django.test import Client

from api.openapi.document import document


def test_each_address_and_each_object_is_on_it_once(client: Client) -> None:
    answer = client.get("/api/docs/")
    text = answer.content.decode()
    ids = re.findall(r'<section[^>]* id="(\w+)"', text)
    operations = [one for methods in document()["paths"].values() for one in methods.values()]
    assert ids == [one["operationId"] for one in operations] + [
        *document()["components"]["schemas"]
    ]
    for path in document()["paths"]:
        assert f"<code>{path}</code>" in text
    links = set(re.findall(r'href="#(\w+)"', text))
    assert links == set(ids)
    assert answer["Content-Security-Policy"].startswith("default-src 'self'; ")


def test_the_dashboard_leads_to_it(client: Client, db: None) -> None:
    assert '<a href="/api/docs/">API</a>' in client.get("/").content.decode()
