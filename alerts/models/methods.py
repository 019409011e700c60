"""Delivery methods."""

from django.conf import settings
from django.db import models

from alerts import method_kinds
from prices.plain_text import validate_plain


class Method(models.Model):
    """A delivery method: how and where somebody is notified."""

    EMAIL, PUSH = method_kinds.EMAIL, method_kinds.PUSH

    name = models.CharField(max_length=80, validators=[validate_plain])
    kind = models.CharField(max_length=8, choices=list(method_kinds.LABELS.items()), default=EMAIL)
    address = models.TextField(
        help_text="An e-mail address, or a URL.", validators=[validate_plain]
    )
    secret = models.CharField(
        max_length=200,
        blank=True,
        help_text="The key that signs webhooks, or the access token for ntfy.",
        validators=[validate_plain],
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True)
    active = models.BooleanField(default=True)
    operations = models.BooleanField(
        "operational alerts",
        default=False,
        db_default=False,
        help_text="Say here, too, when something of this installation does not work: the source, "
        "Redis, the disk, worker, poller or beat.",
    )
    # Rules made later use it too. A rule from which it was removed stays without it.
    every_rule = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name = "delivery method"

    def __str__(self) -> str:
        return f"{self.name} ({self.get_kind_display()})"
