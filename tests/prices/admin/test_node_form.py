"""The form of a node: a name that looks mistyped is questioned before it is saved."""

from pathlib import Path
from typing import Any

import pytest
import requests
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client

from prices.models import KnownName, Node
from prices.typo_check import ALL_NODES, MIN_NAMES
from simulator.pricing_nodes import DEFAULT_NODES
from simulator.server import Running
from tests.conftest import utc
from tests.oasis import rendered
from tests.published import published, store

pytestmark = pytest.mark.django_db
PAGE = "/admin/prices/node/"
TYPO = "TH_SP51_GEN-APND"
NEW = {"slug": "new", "oasis_name": TYPO, "zone": "", "tracked": "on"}
BOX = 'type="checkbox" name="anyway"'
NOT_CHECKED = "so the name is not checked"


@pytest.fixture
def known() -> None:
    """A list of nodes' names from a file."""
    names = [f"MADE{number:05}_7_N001" for number in range(MIN_NAMES)]
    KnownName.objects.bulk_create(KnownName(name=name) for name in names)


def add(client: Client, **typed: str) -> str:
    """The page after a new node was submitted."""
    return shown(client.post(f"{PAGE}add/", NEW | typed, follow=True))


def shown(answer: Any) -> str:
    return str(answer.content.decode())


def test_without_known_names_a_name_is_saved_with_a_warning(admin_client: Client) -> None:
    said = add(admin_client)
    assert NOT_CHECKED in said
    assert BOX not in said
    assert Node.objects.filter(oasis_name=TYPO).exists()


def test_an_unknown_name_is_saved_if_the_box_is_ticked(known: None, admin_client: Client) -> None:
    said = add(admin_client)
    assert "names of nodes that are known here. Did you mean TH_SP15_GEN-APND" in said
    assert BOX in said
    assert not Node.objects.filter(oasis_name=TYPO).exists()
    assert NOT_CHECKED in add(admin_client, anyway=TYPO)
    assert Node.objects.filter(oasis_name=TYPO).exists()


def test_the_box_is_hidden_until_a_name_is_questioned(known: None, admin_client: Client) -> None:
    for page in ("add/", f"{Node.objects.get(slug='sp15').pk}/change/"):
        said = shown(admin_client.get(PAGE + page))
        assert BOX not in said
        assert 'type="hidden" name="anyway"' in said


def test_the_tick_counts_only_for_the_name_that_was_questioned(
    known: None, admin_client: Client
) -> None:
    said = add(admin_client, anyway="TH_SP15_GEN-ANPD")
    assert f'{BOX} value="{TYPO}"' in said
    assert "checked" not in said.partition(BOX)[2].partition(">")[0]
    assert not Node.objects.filter(oasis_name=TYPO).exists()


def test_the_tick_stays_while_another_field_is_corrected(known: None, admin_client: Client) -> None:
    said = add(admin_client, anyway=TYPO, slug="Not One")
    assert "Did you mean" not in said
    assert "checked" in said.partition(BOX)[2].partition(">")[0]


def test_a_known_name_is_saved_at_once(known: None, admin_client: Client) -> None:
    said = add(admin_client, oasis_name="MADE00007_7_N001")
    assert "OASIS has not been asked for MADE00007_7_N001 yet. Look again" in said


def test_once_all_names_are_known_any_other_is_questioned(admin_client: Client) -> None:
    names = [f"MADE{number:05}_7_N001" for number in range(ALL_NODES)]
    KnownName.objects.bulk_create(KnownName(name=name) for name in names)
    assert "This is not one of the 10,007 names" in add(admin_client, oasis_name="STRANGE-ONE")


def test_a_name_with_prices_is_suggested(known: None, admin_client: Client) -> None:
    node = Node.objects.create(slug="plant", oasis_name="DISTINCT_6_N001")
    change = {"slug": "plant", "oasis_name": "DISTNICT_6_N001"}
    store([published(utc("2026-07-14 19:00"), node=node.oasis_name)], utc("2026-07-14 19:00"))
    said = shown(admin_client.post(f"{PAGE}{node.pk}/change/", change))
    assert "Did you mean DISTINCT_6_N001?" in said


def test_a_name_that_was_only_typed_is_not_known(known: None, admin_client: Client) -> None:
    Node.objects.create(slug="plant", oasis_name="DISTINCT_6_N001")
    assert NOT_CHECKED in add(admin_client, oasis_name="DISTNICT_6_N001")


def test_an_unchanged_name_is_not_questioned(known: None, admin_client: Client) -> None:
    node = Node.objects.create(slug="old", oasis_name=TYPO)
    change = {"slug": "old", "oasis_name": TYPO, "zone": "SP15"}
    admin_client.post(f"{PAGE}{node.pk}/change/", change)
    row = {"form-0-id": str(node.pk)}  # the list, which shows no box
    rows = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "_save": "Save"}
    admin_client.post(f"{PAGE}?q=old", rows | row)
    node.refresh_from_db()
    assert (node.zone, node.tracked) == ("SP15", False)


def test_a_reader_sees_no_box(known: None, client: Client) -> None:
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_node"))
    client.force_login(reader)
    said = shown(client.get(f"{PAGE}{Node.objects.get(slug='sp15').pk}/change/"))
    assert "TH_SP15_GEN-APND" in said
    assert "hidden field-anyway" in said


def test_all_names_in_a_file_become_known_whichever_prices_are_kept(
    tmp_path: Path, admin_client: Client
) -> None:
    names = ["TH_SP15_GEN-APND", "odd name", *(f"MADE{n:05}_7_N001" for n in range(MIN_NAMES))]
    path = tmp_path / "all.csv"
    path.write_bytes(rendered.csv(rendered.rows_of(*(rendered.price(node=n) for n in names))))
    for _ in range(2):
        call_command("load", str(path), nodes="sp15", verbosity=0)
    assert Node.objects.count() == 3
    assert set(KnownName.objects.values_list("name", flat=True)) == {*names} - {"odd name"}
    assert "Did you mean" in add(admin_client)


def test_an_answer_about_all_nodes_of_the_simulator_makes_them_known(
    oasis: Running, tmp_path: Path, admin_client: Client
) -> None:
    asked = {"queryname": "PRC_LMP", "market_run_id": "DAM", "version": "1", "grp_type": "ALL"}
    hours = {"startdatetime": "20260714T07:00-0000", "enddatetime": "20260714T08:00-0000"}
    path = tmp_path / "all.zip"
    path.write_bytes(requests.get(f"{oasis.url}/SingleZip", asked | hours, timeout=10).content)
    call_command("load", str(path), nodes="sp15", verbosity=0)
    assert set(KnownName.objects.values_list("name", flat=True)) == set(DEFAULT_NODES)
    assert "Did you mean TH_SP15_GEN-APND" in add(admin_client)
