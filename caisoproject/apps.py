from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class CaisoProjectConfig(AppConfig):
    name = "caisoproject"
    verbose_name = "CAISO Live"


class PageFilesConfig(StaticFilesConfig):
    """Static files, without those that no browser reads.

    Builds for bundlers have imports that browsers can't resolve; type declarations are for the
    type check.
    """

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.esm.js", "*.d.ts"]
