"""A page's script and its modules: as one file where they were collected, else as they are."""

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from dashboard.module_graph import modules_of

register = template.Library()


@register.simple_tag
def module(script: str) -> str:
    """The address of a page's script."""
    return static(bundle_of(script) or script)


@register.simple_tag
def modulepreload(script: str) -> SafeString:
    """Links to what the page's script needs, so that none is found by reading another."""
    bundle = bundle_of(script)
    links = [(static(name),) for name in ([bundle] if bundle else modules_of(script))]
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', links)


def bundle_of(script: str) -> str | None:
    """The script with all its modules; a developer's files are served as they are written."""
    found = None if settings.DEBUG else getattr(staticfiles_storage, "bundle_of", None)
    return found and str(found(script))
