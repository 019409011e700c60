"""`{% modulepreload "ui/main.js" %}`: no module is read first to learn of the next."""

from django import template
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from dashboard.module_graph import modules_of

register = template.Library()


@register.simple_tag
def modulepreload(script: str) -> SafeString:
    """Links to all modules that the script imports."""
    addresses = [(static(name),) for name in modules_of(script)]
    return format_html_join("\n", '<link rel="modulepreload" href="{}">', addresses)
