"""Static files under names with a hash of their content, so that browsers can keep them."""

import re
from collections.abc import Iterator
from typing import Any

import rcssmin
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from caisoproject.bundles import bundled

PAGES = (
    "ui/main.js",
    "ui/plain_page.js",
    "ui/account_page.js",
    "alerts/alerts_page.js",
    "alerts/rule_page.js",
    "battery/battery_page.js",
)
OUR_SCRIPTS = re.compile(r"(?:alerts|battery|charts|live|market|ui)/[^/]+\.js")
OUR_SHEETS = re.compile(r"(?:alerts|battery|charts|ui)/[^/]+\.css")
COMMENT_LINES = re.compile(rb"^[ \t]*(?://.*|/\*\*(?:[^*]|\*(?!/))*\*/)$", re.MULTILINE)


class HashedModulesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Compressed and immutable; imports between ES modules are rewritten to the hashed names.

    Comment lines are left out of our scripts: they are a fifth of their size. Our style sheets, for
    which the first paint waits, are written as short as can be. The script of a page is also
    written as one file with all modules that it imports.
    """

    support_js_module_import_aggregation = True
    max_post_process_passes = 12  # one for each module on the longest way of imports

    def _save(self, name: str, content: Any) -> Any:
        if OUR_SCRIPTS.fullmatch(name):
            content = ContentFile(without_comments(b"".join(content.chunks())))
        elif OUR_SHEETS.fullmatch(name):
            content = ContentFile(rcssmin.cssmin(b"".join(content.chunks())))
        return super()._save(name, content)

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Any:
        """The bundles are made here: each changes whenever one of its modules does."""
        made = {} if dry_run else {name: (self, name) for name in self.bundle(paths)}
        return super().post_process({**paths, **made}, dry_run, **options)

    def bundle(self, paths: dict[str, Any]) -> Iterator[str]:
        """Write the bundle of each page whose script was collected."""
        for script in filter(paths.__contains__, PAGES):
            name = self.bundle_of(script)
            self.delete(name)
            super()._save(name, ContentFile(bundled(script, self.text)))
            yield name

    def bundle_of(self, script: str) -> str:
        """The name of a page's script together with its modules."""
        return f"{script.removesuffix('.js')}.bundle.js"

    def text(self, name: str) -> str:
        with self.open(name) as file:
            return str(file.read().decode())


def without_comments(script: bytes) -> bytes:
    """The script with its comment lines emptied, so that line numbers stay the same."""
    return COMMENT_LINES.sub(lambda comment: b"\n" * comment[0].count(b"\n"), script)
