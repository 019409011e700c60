import zipfile
from datetime import datetime

import pytest

from simulator.operating_dates import PACIFIC
from simulator.zip_writer import zipped
from tests.simulator.conftest import members


@pytest.mark.parametrize(
    "name",
    [
        "mianakajima/trythis.zip",
        "electricitymaps/20250204_20250211_SLD_REN_FCST_DAM_20250214_04_52_10_v1.zip",
        "electricitymaps/20250219_20250227_SLD_FCST_7DA_20250221_01_09_58_v1.zip",
        "errors/reconstructed_1000_612bytes.zip",
        "errors/reconstructed_1015_645bytes.zip",
    ],
)
def test_a_recorded_zip_comes_out_to_the_byte_when_its_member_is_zipped_again(recording, name):
    with zipfile.ZipFile(recording(name)) as archive:
        (entry,) = archive.infolist()
        text = archive.read(entry)
    stamped = datetime(*entry.date_time, tzinfo=PACIFIC)

    assert zipped([(entry.filename, [text])], stamped) == recording(name).read_bytes()


def test_a_member_made_in_pieces_is_the_same_as_one_made_whole():
    now = datetime(2025, 6, 20, 12, tzinfo=PACIFIC)
    text = b"<VALUE>46.66336</VALUE>\n" * 5000

    pieces = [text[n : n + 999] for n in range(0, len(text), 999)]

    assert zipped([("a.xml", pieces)], now) == zipped([("a.xml", [text])], now)


def test_five_members_can_all_be_read():
    names = [f"{n}.csv" for n in range(5)]
    body = zipped([(n, [n.encode()]) for n in names], datetime(2025, 6, 20, tzinfo=PACIFIC))

    assert members(body) == {n: n for n in names}
