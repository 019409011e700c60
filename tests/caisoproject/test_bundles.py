"""Many modules as one script."""

import pytest

from caisoproject.bundles import NotBundled, bundled, in_order

FILES = {
    "ui/main.js": 'import { a as one, B } from "./one.js";\nimport { two } from "../live/two.js";\n'
    'import {\n  four,\n} from "./four.js";\nexport const all = [one, B, two(), four];\n',
    "ui/one.js": 'import { four } from "./four.js";\nexport const a = four;\nexport class B {}\n',
    "ui/four.js": "export const four = 4;\n",
    "live/two.js": 'export async function two() {\n  return import("./later.js");\n}\n',
    "live/later.js": 'import { four } from "../ui/four.js";\nexport const later = () => four;\n',
}


def test_each_module_comes_after_those_that_it_imports_and_the_script_last() -> None:
    order = ["ui/four.js", "ui/one.js", "live/two.js", "live/later.js", "ui/main.js"]
    assert in_order("ui/main.js", FILES.__getitem__) == order


def test_a_module_is_a_value_with_its_exports() -> None:
    text = bundled("ui/main.js", FILES.__getitem__)
    one = """const $ui_one = (() => {
const { four } = $ui_four;
const a = four;
class B {}

return { a, B };
})();
"""
    assert one in text
    assert "const { a: one, B } = $ui_one;" in text
    assert "const {\n  four,\n} = $ui_four;" in text


def test_what_is_imported_later_is_there_already() -> None:
    assert "return Promise.resolve($live_later);" in bundled("ui/main.js", FILES.__getitem__)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("export default 1;", "not understood: export default 1;"),
        ("export let count = 0;", "not understood: export let"),
        ('export * from "./four.js";', "not understood"),
        ('export { four } from "./four.js";', "not understood"),
        ('import * as four from "./four.js";', "not understood"),
        ('import "./four.js";', "not understood"),
        ("await go();", "not understood: await go"),
        ("go(import.meta.url);", "not understood: import.meta"),
        ('import { a } from "./one.js";', "ui/one.js imports itself, by way of ui/four.js"),
        ('import { all } from "./main.js";', "ui/main.js imports itself, by way of ui/four.js"),
    ],
)
def test_what_is_not_understood_is_refused(text: str, why: str) -> None:
    files = FILES | {"ui/four.js": f"{text}\n"}
    with pytest.raises(NotBundled, match=why):
        bundled("ui/main.js", files.__getitem__)
