"""Which modules a page needs is read from their imports."""

from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from dashboard import module_graph


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the static files."""
    monkeypatch.setattr(finders, "find", lambda name: str(tmp_path / name))
    for folder in ("ui", "live"):
        (tmp_path / folder).mkdir()
    return tmp_path


def test_imports_are_followed_once_and_in_a_circle(files: Path) -> None:
    (files / "ui" / "main.js").write_text(
        'import { one } from "./one.js";\nimport {\n  two,\n  three,\n} from "../live/two.js";\n'
    )
    (files / "ui" / "one.js").write_text('export * from "../live/three.js";\nimport "./main.js";\n')
    (files / "live" / "two.js").write_text(
        '// import { four } from "./four.js";\n/** @import { Five } from "./five.js" */\n'
        'const later = () => import("./later.js");\nexport const text = "./six.js";\n'
    )
    (files / "live" / "three.js").write_text("")
    names = ["ui/one.js", "live/two.js", "live/three.js"]
    assert module_graph.walked("ui/main.js") == names


def test_without_debug_the_files_are_read_once(files: Path) -> None:
    module_graph.kept.cache_clear()
    (files / "ui" / "main.js").write_text('import { one } from "./one.js";\n')
    (files / "ui" / "one.js").write_text("")
    assert module_graph.modules_of("ui/main.js") == ["ui/one.js"]
    (files / "ui" / "main.js").write_text("")
    assert module_graph.modules_of("ui/main.js") == ["ui/one.js"]
    module_graph.kept.cache_clear()
