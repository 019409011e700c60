"""What browsers get of our scripts."""

from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage

from caisoproject.static_files import HashedModulesStorage, without_comments

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


def test_our_scripts_are_collected_without_their_comments(tmp_path: Path):
    source, kept = FileSystemStorage(STATIC), HashedModulesStorage(str(tmp_path))
    names = [script.relative_to(STATIC).as_posix() for script in SCRIPTS]
    found = {name: (source, name) for name in names}
    for name in found:
        with source.open(name) as script:
            kept.save(name, script)
    assert list(kept.post_process(found))
    store = (tmp_path / kept.hashed_files["live/store.js"]).read_text()
    assert "export function applySnapshot" in store
    assert "\n// " not in store
    assert "/**" not in store
