"""What browsers, and a cache before the site, may keep: a real web process and its own files."""

import re
from pathlib import Path

import pytest

from tests.live.real_web import Web, running_web
from tests.prepared import Prepared

pytestmark = pytest.mark.process
A_YEAR_S = 365 * 24 * 3600


def answer(web: Web, path: str, *headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers by small names, and body."""
    head, _, body = web.ask(path, *headers).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    named = (line.split(": ", 1) for line in lines)
    return int(first.split()[1]), {name.lower(): value for name, value in named}, body


def test_files_are_kept_for_ever_under_names_that_change_with_them_and_pages_are_not(
    tmp_path: Path, prepared: Prepared
) -> None:
    with running_web(tmp_path, prepared) as web:
        status, headers, page = answer(web, "/")
        assert (status, "no-store" in headers["cache-control"]) == (200, True)
        files = set(re.findall(rb'(?:src|href)="(/static/[^"]+\.(?:js|css))"', page))
        assert len(files) > 2
        for path in (file.decode() for file in files):
            assert re.search(r"\.[0-9a-f]{12}\.(js|css)$", path), path
            status, headers, body = answer(web, path, "Accept-Encoding: gzip, br")
            kept = re.search(r"max-age=(\d+)", headers["cache-control"])
            assert status == 200
            assert kept
            assert int(kept[1]) >= A_YEAR_S
            assert {"public", "immutable"} <= set(headers["cache-control"].split(", "))
            assert headers["content-encoding"] in ("gzip", "br")
            assert headers["vary"] == "Accept-Encoding"
            assert "set-cookie" not in headers
            status, plain, whole = answer(web, path)
            assert "content-encoding" not in plain
            assert len(whole) > len(body)
        unhashed = re.sub(r"\.[0-9a-f]{12}\.", ".", path)
        assert "immutable" not in answer(web, unhashed)[1].get("cache-control", "")
        gone = re.sub(r"\.[0-9a-f]{12}\.", ".0123456789ab.", path)
        assert answer(web, gone)[0] == 404
