"""The outbox."""

import secrets

from django.db import models

from alerts.models.alerts import KINDS, Transition
from alerts.models.methods import Method
from alerts.models.operational import OperationalAlert


def new_key() -> str:
    """An idempotency key."""
    return secrets.token_hex(16)


class Delivery(models.Model):
    """An entry of the outbox: one message to one delivery method, until it is sent or given up.

    `due_at` is when it may be tried; the process whose UPDATE moves it on makes the try.
    """

    WAITING, SENT, GIVEN_UP = "waiting", "sent", "given up"
    HELD, IN_DIGEST, DROPPED, MUTED = "held", "in a digest", "dropped", "muted"
    GATHERED = (
        "gathered"  # for a digest in seconds: too many at once, or about an alert that is over
    )
    STATES = [
        (state, state)
        for state in (WAITING, SENT, GIVEN_UP, HELD, GATHERED, IN_DIGEST, DROPPED, MUTED)
    ]
    TEST, DIGEST = "test", "digest"

    transition = models.ForeignKey(Transition, models.CASCADE, null=True, blank=True)
    operational = models.ForeignKey(
        OperationalAlert, models.CASCADE, null=True, blank=True, editable=False
    )
    method = models.ForeignKey(Method, models.CASCADE)
    kind = models.CharField(max_length=9, choices=[*KINDS, (DIGEST, DIGEST), (TEST, TEST)])
    # The message that says this one too, if it is "in a digest" or went out with another.
    within = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="told"
    )
    # Of a digest or a test; other messages are composed from their transition.
    content = models.JSONField(null=True, blank=True)
    key = models.CharField("idempotency key", max_length=32, default=new_key, unique=True)
    state = models.CharField(max_length=11, choices=STATES, default=WAITING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # Back-off goes by the attempts, which "try again" sets to 0; failures are never set back.
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    counted = models.BooleanField(default=False, editable=False)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["transition", "method"], name="one_delivery_a_method"),
            models.UniqueConstraint(
                fields=["operational", "method", "kind"], name="one_delivery_of_each_kind"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"]),
            models.Index(
                fields=["state"], condition=models.Q(counted=False), name="deliveries_to_count"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.method}: {self.state}"
