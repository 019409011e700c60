from typing import TYPE_CHECKING

from django.apps import AppConfig, apps
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.db.models.signals import post_migrate

if TYPE_CHECKING:
    from prices.feed import FeedRange
    from prices.models import Node


class CaisoProjectConfig(AppConfig):
    name = "caisoproject"
    verbose_name = "CAISO Live"

    def ready(self) -> None:
        """What people change is announced by the process in which they did."""
        from accounts.groups import make_groups  # noqa: PLC0415 (apps have no models before)
        from prices import publishing  # noqa: PLC0415

        publishing.set_up(announce_change)
        # The last app with models: by then all permissions are there.
        last = [one for one in apps.get_app_configs() if one.models_module is not None][-1]
        post_migrate.connect(make_groups, sender=last)


def announce_change(feed_range: "FeedRange", node: "Node") -> None:
    """Send an event to every web process; without Redis their heartbeats find it."""
    from live.broadcast import announce, messages_of  # noqa: PLC0415 (commands never need it)

    announce(messages_of(feed_range, node))


class OurAdminConfig(SimpleAdminConfig):
    """The admin; its modules are imported where the addresses are, in no worker."""

    default_site = "accounts.admin_site.OurAdminSite"


class PageFilesConfig(StaticFilesConfig):
    """Static files, without those that no browser reads.

    Builds for bundlers have imports that browsers can't resolve; type declarations are for the
    type check.
    """

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "*.esm.js", "*.d.ts"]
