from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class CaisoProjectConfig(AppConfig):
    name = "caisoproject"
    verbose_name = "CAISO Live"


class PageFilesConfig(StaticFilesConfig):
    """Static files without the builds for bundlers, whose imports no browser could follow.

    Without the declarations of types too, which only the type check reads.
    """

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.esm.js", "*.d.ts"]
