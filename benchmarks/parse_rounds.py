"""A program: parses an archive repeatedly, alternating with a bare iterparse."""

import gc
import io
import json
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from oasis.report import read_file


def main(path: str, count: str) -> None:
    archive = Path(path).read_bytes()
    xml = inflated(archive)
    ours, floor = [], []
    rows = read_file("month.xml", xml).rows
    bare(xml)
    for _ in range(int(count)):
        ours.append(seconds(lambda: read_file("month.xml", xml)))
        floor.append(seconds(lambda: bare(xml)))
    json.dump({"rows": rows, "xml_bytes": len(xml), "ours": ours, "floor": floor}, sys.stdout)


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
