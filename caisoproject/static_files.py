"""Static files under names with a hash of their content, so that browsers can keep them."""

import re
from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

OUR_SCRIPTS = re.compile(r"(?:alerts|charts|live|market|ui)/[^/]+\.js")
COMMENT_LINES = re.compile(rb"^[ \t]*(?://.*|/\*\*(?:[^*]|\*(?!/))*\*/)$", re.MULTILINE)


class HashedModulesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Compressed and immutable; imports between ES modules are rewritten to the hashed names.

    Comment lines are left out of our scripts: they are a fifth of their size.
    """

    support_js_module_import_aggregation = True

    def _save(self, name: str, content: Any) -> Any:
        if OUR_SCRIPTS.fullmatch(name):
            content = ContentFile(without_comments(b"".join(content.chunks())))
        return super()._save(name, content)


def without_comments(script: bytes) -> bytes:
    """The script with its comment lines emptied, so that line numbers stay the same."""
    return COMMENT_LINES.sub(lambda comment: b"\n" * comment[0].count(b"\n"), script)
