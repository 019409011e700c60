"""Static files under names that carry their content's hash, so that browsers keep them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedModulesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Compressed and immutable; the imports inside ES modules follow to the hashed names."""

    support_js_module_import_aggregation = True
