"""What browsers get of our scripts."""

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.test import override_settings

from caisoproject.static_files import HashedModulesStorage, without_comments
from dashboard.templatetags import modules

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "dashboard" / "static"
SCRIPTS = sorted(STATIC.glob("*/*.js"))
IN_THE_ADMIN = sorted((ROOT / "alerts" / "static").glob("*/*.js"))
SHEETS = sorted(
    path for app in ("alerts", "dashboard") for path in ROOT.glob(f"{app}/static/*/*.css")
)


@pytest.mark.parametrize(
    ("line", "left"),
    [
        (b"// Why.", b""),
        (b"  // Why.", b""),
        (b"  /** What it gives. */", b""),
        (b"/**\n * What it * gives,\n * and why.\n */", b"\n\n\n"),
        (b"/** One. */\ngo();\n/** Two. */", b"\ngo();\n"),
        (b"go(); // then", b"go(); // then"),
        (b"/* eslint-env browser */ go();", b"/* eslint-env browser */ go();"),
        (b"/** One thing. */ go();", b"/** One thing. */ go();"),
        (b'const base = "https://x";', b'const base = "https://x";'),
    ],
)
def test_a_line_that_is_a_comment_is_left_out_and_nothing_else(line, left):
    assert (
        without_comments(b"one();\n" + line + b"\ntwo();\n") == b"one();\n" + left + b"\ntwo();\n"
    )


@pytest.mark.parametrize("script", [*SCRIPTS, *IN_THE_ADMIN], ids=lambda script: script.name)
def test_no_text_in_our_scripts_has_a_line_that_looks_like_a_comment(script):
    whole = script.read_bytes().splitlines()
    sent = without_comments(script.read_bytes()).splitlines()
    assert len(sent) == len(whole)
    for number, (before, after) in enumerate(zip(whole, sent, strict=True)):
        if before != after:
            assert b"\n".join(whole[:number]).count(b"`") % 2 == 0, before


@pytest.mark.parametrize("file", [*SCRIPTS, *IN_THE_ADMIN, *SHEETS], ids=lambda file: file.name)
def test_no_line_is_longer_than_120_characters(file):
    assert [line for line in file.read_text().splitlines() if len(line) > 120] == []


def collected(folder: Path, changed: str = "") -> HashedModulesStorage:
    """Our scripts as `collectstatic` leaves them: again, only the changed one is copied."""
    source, kept = FileSystemStorage(STATIC), HashedModulesStorage(str(folder))
    names = [script.relative_to(STATIC).as_posix() for script in SCRIPTS]
    found = {name: (source, name) for name in names}
    for name in found:
        if not kept.exists(name):
            with source.open(name) as script:
                kept.save(name, script)
    if changed:
        (folder / changed).write_text((folder / changed).read_text() + "const more = 1;\n")
    assert list(kept.post_process(found))
    return kept


def test_a_pages_script_is_collected_with_all_its_modules_and_anew_if_one_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    before = collected(tmp_path).hashed_files["ui/main.bundle.js"]
    assert "const $live_store = (() => {" in (tmp_path / before).read_text()
    assert (tmp_path / f"{before}.gz").exists()
    kept = collected(tmp_path, changed="market/tiles.js")
    assert kept.hashed_files["ui/main.bundle.js"] != before
    monkeypatch.setattr(modules, "staticfiles_storage", kept)
    monkeypatch.setattr(modules, "static", kept.url)
    address = modules.module("ui/main.js")
    assert address == f"/static/{kept.hashed_files['ui/main.bundle.js']}"
    assert modules.modulepreload("ui/main.js") == f'<link rel="modulepreload" href="{address}">'


def test_a_developers_scripts_are_served_as_they_are(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(modules, "staticfiles_storage", HashedModulesStorage())
    with override_settings(DEBUG=True):
        assert modules.module("ui/main.js") == "/static/ui/main.js"


def test_our_scripts_are_collected_without_their_comments(tmp_path: Path):
    kept = collected(tmp_path)
    store = (tmp_path / kept.hashed_files["live/store.js"]).read_text()
    assert "export function applySnapshot" in store
    assert "\n// " not in store
    assert "/**" not in store


def test_our_style_sheets_are_collected_short_and_others_as_they_are(tmp_path: Path):
    kept, source = HashedModulesStorage(str(tmp_path)), FileSystemStorage(STATIC)
    for name in ("ui/dashboard.css", "vendor/dashboard.css"):
        with source.open("ui/dashboard.css") as sheet:
            kept.save(name, sheet)
    whole = (STATIC / "ui" / "dashboard.css").read_text()
    assert (tmp_path / "vendor" / "dashboard.css").read_text() == whole
    short = (tmp_path / "ui" / "dashboard.css").read_text()
    assert "/*" not in short
    assert len(short) < 0.8 * len(whole)
