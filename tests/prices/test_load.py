"""`manage.py load` on real answers, with the figures that were counted by hand."""

import os
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db.models import Count, Sum

from oasis.report import read_opened
from prices.models import FeedEvent, Node, Price
from tests.conftest import utc
from tests.oasis import rendered

pytestmark = pytest.mark.django_db
SPRING = "morgan-sell/20190301_20190401_PRC_LMP_DAM_20200603_09_21_36_v1.csv"
EARLIER = "gym-examples/20230917_20230919_PRC_RTPD_LMP_RTPD_20230921_11_57_28_v2.csv"
LATER = "gym-examples/20230917_20230919_PRC_RTPD_LMP_RTPD_20230927_11_26_02_v2.csv"
AUTUMN = "morgan-sell/20191101_20191201_PRC_LMP_DAM_20200603_00_24_23_v1.csv"

ONE = rendered.price()


def load(*files: Path, nodes: str = "") -> str:
    """What the command prints."""
    said = StringIO()
    call_command("load", *map(str, files), nodes=nodes or None, stdout=said, stderr=said)
    return said.getvalue()


@pytest.mark.database
@pytest.mark.parametrize(
    ("file", "said", "prices", "total"),
    [
        (
            "mianakajima/trythis.zip",
            "3,480 rows, 696 prices: 696 new, 0 corrected, 0 unchanged, 0 outdated, 0 rejected",
            696,
            "47893.03195",
        ),
        ("ericschoettle/dam.xml", "96 rows, 24 prices: 24 new", 24, "844.62474"),
        ("ericschoettle/dam.csv", "96 rows, 24 prices: 24 new", 24, "844.62474"),
        (SPRING, "2,229 prices: 2,229 new", 2229, "82991.24408"),
        (EARLIER, "960 rows, 192 prices: 192 new", 192, "6110.23525"),
        (LATER, "960 rows, 192 prices: 192 new", 192, "5783.88556"),
        (AUTUMN, "2,163 prices: 2,163 new", 2163, "91131.37809"),
    ],
)
def test_a_recorded_answer_is_stored_to_the_cent_and_a_second_load_changes_nothing(
    recordings: Path, file: str, said: str, prices: int, total: str
) -> None:
    assert said in load(recordings / file)
    held = Price.objects.aggregate(count=Count("lmp"), total=Sum("lmp"))
    assert held["count"] == prices
    assert held["total"].quantize(Decimal("0.00001")) == Decimal(total)
    again = load(recordings / file)
    assert f"0 new, 0 corrected, {prices:,} unchanged" in again
    assert Price.objects.count() == prices
    assert not FeedEvent.objects.exists()


def test_xml_and_csv_of_the_same_answer_are_the_same_prices(recordings: Path) -> None:
    load(recordings / "ericschoettle/dam.xml")
    assert "0 new, 0 corrected, 24 unchanged" in load(recordings / "ericschoettle/dam.csv")


@pytest.mark.database
@pytest.mark.parametrize(
    ("file", "day", "hours"), [(SPRING, "2019-03-10", 23), (AUTUMN, "2019-11-03", 25)]
)
def test_the_days_of_the_clock_change_have_their_hours(
    recordings: Path, file: str, day: str, hours: int
) -> None:
    from datetime import date

    from market.intervals import day_bounds

    load(recordings / file)
    start, end = day_bounds(date.fromisoformat(day))
    counts = Price.objects.between(start, end).values_list("node").annotate(Count("lmp"))
    assert {count for _, count in counts.order_by()} == {hours}
    assert counts.order_by().count() == 3


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("ericschoettle/5min.csv", "5min.csv holds PRC_SHADOW, not prices"),
        (
            "electricitymaps/20250219_20250227_SLD_FCST_7DA_20250221_01_09_58_v1.zip",
            "20250219_20250227_SLD_FCST_7DA_20250221_01_09_58_v1.csv holds SYS_FCST_7DA_MW",
        ),
        (
            "electricitymaps/20250204_20250211_SLD_REN_FCST_DAM_20250214_04_52_10_v1.zip",
            "20250204_20250211_SLD_REN_FCST_DAM_20250214_04_52_10_v1.csv holds RENEW_FCST_DA_MW",
        ),
        (
            "errors/reconstructed_1000_612bytes.zip",
            "OASIS error 1000: No data returned for the specified selection",
        ),
        (
            "errors/reconstructed_1015_645bytes.zip",
            "OASIS error 1015: GroupZip DownLoad is in Processing, Please Submit request after",
        ),
    ],
)
def test_what_holds_no_prices_is_refused_by_name_and_stores_nothing(
    recordings: Path, file: str, reason: str
) -> None:
    said = StringIO()
    with pytest.raises(CommandError, match="1 of 1 files refused"):
        call_command("load", str(recordings / file), stderr=said)
    assert reason in said.getvalue()
    assert not Price.objects.exists()
    assert Node.objects.count() == 3


def test_a_spike_is_stored_though_its_parts_are_rounded(tmp_path: Path) -> None:
    hour = rendered.price("1126.9873", "0", "-61.53351", "0", start=utc("2022-09-07 02:00"))
    path = tmp_path / "record.csv"
    path.write_bytes(rendered.csv(rendered.rows_of(hour._replace(lmp=Decimal("1065.4539")))))
    assert load(path)[-56:] == "1 new, 0 corrected, 0 unchanged, 0 outdated, 0 rejected\n"


def test_a_price_that_is_not_sure_is_counted_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    one = rendered.price("40", "2.5", "-1.25", "0")._replace(lmp=Decimal("41.5"))
    path.write_bytes(rendered.csv(rendered.rows_of(one)))
    assert "1 new" in load(path)
    assert "1 unverified: their parts do not add up" in load(path)
    assert not Price.objects.get().verified


def test_one_bad_file_leaves_the_others_alone(recordings: Path, tmp_path: Path) -> None:
    missing = tmp_path / "missing.zip"
    with pytest.raises(CommandError, match="1 of 2 files refused"):
        call_command(
            "load", str(missing), str(recordings / "ericschoettle/dam.csv"), stderr=StringIO()
        )
    assert Price.objects.count() == 24


@pytest.mark.database
def test_an_unknown_node_is_added_untracked_and_nodes_can_be_chosen(recordings: Path) -> None:
    assert "743 prices: 743 new" in load(recordings / SPRING, nodes="SP26SLAK_5_N001")
    node = Node.objects.get(oasis_name="SP26SLAK_5_N001")
    assert (node.slug, node.tracked, node.hub) == ("sp26slak-5-n001", False, "SP26SLAK-5-N001")
    assert Price.objects.values("node").distinct().count() == 1


@pytest.mark.parametrize(
    "typed", ["sp15", "SP15", "TH_SP15_GEN-APND", "th_sp15_gen-apnd", " sp15 ,,"]
)
def test_a_node_is_chosen_by_slug_or_oasis_name(tmp_path: Path, typed: str) -> None:
    path = answer_of(tmp_path, "TH_SP15_GEN-APND", "TH_NP15_GEN-APND")
    assert "1 new" in load(path, nodes=typed)
    assert Price.objects.get().node.slug == "sp15"


@pytest.mark.database
@pytest.mark.parametrize("typed", ["sp51", "zp26", "TH_SP15"])
def test_a_node_that_no_file_has_is_an_error_that_names_it(tmp_path: Path, typed: str) -> None:
    path = answer_of(tmp_path, "TH_SP15_GEN-APND", "TH_NP15_GEN-APND")
    with pytest.raises(CommandError, match=f"There are no prices of {typed} in what was loaded"):
        load(path, nodes=f"sp15,{typed}")
    assert Price.objects.count() == 1


def test_a_node_may_be_in_one_of_the_files(tmp_path: Path) -> None:
    files = [answer_of(tmp_path / node, f"TH_{node}_GEN-APND") for node in ("NP15", "SP15")]
    assert "1 new" in load(*files, nodes="sp15,np15")


def test_no_nodes_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--nodes names no node"):
        load(answer_of(tmp_path, "TH_SP15_GEN-APND"), nodes=" , ")


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_refused_and_not_waited_for(
    tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "odd")
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("load", str(tmp_path / "odd"), stderr=said)
    assert said.getvalue() == (
        "odd: refused: a folder, a pipe or a device: only files can be loaded\n"
    )


def test_a_load_that_is_stopped_says_so_and_stores_nothing_of_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = answer_of(tmp_path, "TH_SP15_GEN-APND")
    monkeypatch.setattr("prices.files.record", Mock(side_effect=KeyboardInterrupt))
    said = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("load", str(path), stderr=said)
    assert (stopped.value.code, said.getvalue()) == (
        130,
        "made.xml: stopped, and nothing of it stored\n",
    )


def test_a_database_without_tables_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = Mock(side_effect=OperationalError("no such table: prices_node"))
    monkeypatch.setattr("prices.files.record", gone)
    with pytest.raises(CommandError, match=r"no such table: prices_node\. Has `manage.py migrate`"):
        load(answer_of(tmp_path, "TH_SP15_GEN-APND"))


def packed(tmp_path: Path, **contents: bytes) -> Path:
    """A zip with these members; their names' first _ is a slash, the last a dot."""
    path = tmp_path / "packed.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


REPORT = "20230917_20230919_PRC_LMP_DAM_20230921_11_49_39_v1"
FORECAST = "20230917_20230919_SLD_FCST_7DA_20230930_11_49_39_v1"
BESIDE = {
    "prices/": (b"", "prices/ is no report"),
    "__MACOSX/prices/._a.csv": (b"\x00\x05\x16\x07Mac OS X", "is no report"),
    "prices/.DS_Store": (b"\x00\x00\x00\x01Bud1", ".DS_Store is no report"),
    "Thumbs.db": (b"\xd0\xcf", "Thumbs.db is no report"),
    "README.txt": (b"Prices of September, as downloaded.\n", "README.txt holds Prices of Sept"),
    "notes.html": (b"<html><p>Prices", "notes.html is no OASIS report"),
    "logo.png": (b"\x89PNG\r\n\x1a\n\x00\xff", "logo.png is not text"),
    "empty.csv": (b"", "empty.csv is empty"),
    f"{FORECAST}.csv": (b"OPR_DT,XML_DATA_ITEM\n1,SYS_FCST\n", "holds SYS_FCST, not prices"),
    "load.csv": (b"OPR_DT,XML_DATA_ITEM\n1,SYS_FCST\n", "load.csv holds SYS_FCST, not prices"),
}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("name", BESIDE)
def test_what_lies_beside_a_report_in_a_zip_is_passed_over_and_named(
    tmp_path: Path, name: str, first: bool
) -> None:
    content, told = BESIDE[name]
    report = (f"prices/{REPORT}.csv", rendered.csv(rendered.rows_of(ONE)))
    both = [(name, content), report] if first else [report, (name, content)]
    said = load(packed(tmp_path, **dict(both)))
    assert "4 rows, 1 prices: 1 new" in said
    assert f"  passed over: {name[:9]}" in said
    assert told in said
    assert Price.objects.get().seen_at == utc("2023-09-21 18:49:39")


@pytest.mark.parametrize("name", BESIDE)
def test_a_zip_that_holds_no_report_at_all_is_refused(tmp_path: Path, name: str) -> None:
    content, told = BESIDE[name]
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("load", str(packed(tmp_path, **{name: content})), stderr=said)
    assert told in said.getvalue()


def test_a_zip_that_was_packed_again_is_refused_by_what_its_report_is(tmp_path: Path) -> None:
    said = StringIO()
    contents = {name: BESIDE[name][0] for name in ("prices/", "load.csv", "Thumbs.db")}
    with pytest.raises(CommandError):
        call_command("load", str(packed(tmp_path, **contents)), stderr=said)
    assert "load.csv holds SYS_FCST, not prices" in said.getvalue()


def test_an_error_of_oasis_in_a_zip_is_never_passed_over(tmp_path: Path) -> None:
    contents = {"a.csv": rendered.csv(rendered.rows_of(ONE)), "b.xml": rendered.error("1003")}
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("load", str(packed(tmp_path, **contents)), stderr=said)
    assert "refused: OASIS error 1003: some words" in said.getvalue()
    assert not Price.objects.exists()


def test_a_damaged_report_in_a_zip_is_never_passed_over(tmp_path: Path) -> None:
    rows = rendered.rows_of(ONE)
    path = packed(tmp_path, **{"a.csv": rendered.csv(rows), "b.xml": rendered.xml(rows)[:-40]})
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("load", str(path), stderr=said)
    assert "b.xml is not well-formed XML" in said.getvalue()


def test_the_chosen_nodes_of_a_day_of_all_nodes_are_read_in_bounded_memory(
    tmp_path: Path,
) -> None:
    """One member a component; the rows of 600 nodes would take 6 MB."""
    nodes = ["TH_SP15_GEN-APND", *(f"MADE_UP{n:05}" for n in range(600))]
    hours = [utc("2024-01-01 08:00") + timedelta(hours=hour) for hour in range(8)]
    rows = [
        rendered.rows_of(rendered.price("40", "-1", "1", "0", node=node, start=hour))
        for node in nodes
        for hour in hours
    ]
    contents = {
        f"20240101_20240101_PRC_LMP_DAM_{place}_v12.csv": rendered.csv(row[place] for row in rows)
        for place in range(5)
    }
    path = packed(tmp_path, **contents)
    del contents, rows
    tracemalloc.start()
    with path.open("rb") as file:
        answer = read_opened(path.name, file, ["TH_SP15_GEN-APND"])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (answer.rows, len(answer.prices), answer.nodes) == (24_040, 8, {"TH_SP15_GEN-APND"})
    assert peak < 2_000_000


def test_more_rows_than_fit_the_memory_are_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oasis.assembling.MOST_ROWS_KEPT", 4)
    path = answer_of(tmp_path, "TH_SP15_GEN-APND", "TH_NP15_GEN-APND")
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("load", str(path), stderr=said)
    assert "more than 4 rows of prices: choose some of the nodes" in said.getvalue()
    assert "1 new" in load(path, nodes="sp15")


@pytest.mark.parametrize("place", [0, 4, 8])
def test_a_row_of_another_item_is_let_by_wherever_it_stands(tmp_path: Path, place: int) -> None:
    rows = rendered.rows_of(ONE, ONE._replace(interval_start=utc("2026-11-24 09:00")))
    rows.insert(place, rows[0]._replace(item="LMP_NEW_PRC"))
    path = tmp_path / "new.csv"
    path.write_bytes(rendered.csv(rows))
    assert "9 rows, 2 prices: 2 new, 0 corrected, 0 unchanged, 0 outdated, 0 rej" in load(path)


@pytest.mark.parametrize(
    ("stamp", "written", "seen"),
    [
        ("20261101_01_30_00", "08:30:05", "08:30:00"),  # PDT: it was written before 01:30 PST
        ("20261101_01_30_00", "09:30:05", "09:30:00"),  # PST
        ("20261101_01_30_00", "23:00:00", "09:30:00"),  # copied later: who knows
        ("20261101_00_59_59", "23:00:00", "07:59:59"),
        ("20261101_02_00_00", "23:00:00", "10:00:00"),
    ],
)
def test_a_file_made_in_the_hour_that_comes_twice_is_as_old_as_it_can_be_at_least(
    tmp_path: Path, stamp: str, written: str, seen: str
) -> None:
    path = tmp_path / f"20261030_20261031_PRC_LMP_DAM_{stamp}_v1.csv"
    hour = ONE._replace(interval_start=utc("2026-10-30 08:00"))
    path.write_bytes(rendered.csv(rendered.rows_of(hour)))
    moment = utc(f"2026-11-01 {written}").timestamp()
    os.utime(path, (moment, moment))
    load(path)
    assert Price.objects.get().seen_at == utc(f"2026-11-01 {seen}")


def answer_of(tmp_path: Path, *names: str, start: str = "2026-11-24 08:00") -> Path:
    """A file with one day-ahead price for each of these nodes."""
    prices = [rendered.price(node=name, start=utc(start)) for name in names]
    tmp_path.mkdir(exist_ok=True)
    path = tmp_path / "made.xml"
    path.write_bytes(rendered.xml(rendered.rows_of(*prices), style=rendered.Style(rows_an_item=1)))
    return path


@pytest.mark.database
def test_two_nodes_whose_names_look_alike_are_two(tmp_path: Path) -> None:
    assert "2 new" in load(answer_of(tmp_path, "A_NODE", "A-NODE"))
    slugs = Node.objects.filter(tracked=False).values_list("slug", flat=True)
    assert set(slugs) == {"a-node", "a-node-2"}


def test_a_name_that_no_node_can_have_is_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    said = StringIO()
    with pytest.raises(CommandError):
        call_command("load", str(answer_of(tmp_path, "GOOD_NODE", "bad node")), stderr=said)
    assert "'bad node' is no name of a node" in said.getvalue()
    assert (Node.objects.count(), Price.objects.count()) == (3, 0)


def test_a_price_of_years_ahead_is_rejected_by_name(tmp_path: Path) -> None:
    said = load(answer_of(tmp_path, "TH_SP15_GEN-APND", start="2099-11-24 08:00"))
    assert "an interval that is not published yet" in said
    assert not Price.objects.exists()
