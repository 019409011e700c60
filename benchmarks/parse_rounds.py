"""A program: parses a month repeatedly, as XML and as CSV, in turns with what it is beside."""

import gc
import io
import json
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from benchmarks.pandas_way import pandas_prices
from oasis.report import read_archive, read_file


def main(xml_path: str, csv_path: str, count: str) -> None:
    xml_zip, csv_zip = Path(xml_path).read_bytes(), Path(csv_path).read_bytes()
    xml = inflated(xml_zip)
    works: dict[str, Callable[[], object]] = {
        "xml": lambda: read_file("month.xml", xml),
        "bare": lambda: bare(xml),
        "csv_zip": lambda: read_archive(csv_zip),
        "pandas": lambda: pandas_prices(csv_zip),
        "xml_zip": lambda: read_archive(xml_zip),
    }
    rows = read_archive(csv_zip).rows
    took: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(int(count)):
        for name, work in works.items():
            took[name].append(seconds(work))
    json.dump({"rows": rows, "xml_bytes": len(xml), **took}, sys.stdout)


def inflated(archive: bytes) -> bytes:
    """The only member of an archive."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read(opened.namelist()[0])


def bare(xml: bytes) -> None:
    """What lxml itself does: parse each row and drop it unread."""
    for _, row in etree.iterparse(io.BytesIO(xml), events=("end",), tag="{*}REPORT_DATA"):
        row.clear()
        while row.getprevious() is not None:
            del row.getparent()[0]


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of `work`, after collecting garbage."""
    gc.collect()
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main(*sys.argv[1:])
