"""How far a rule has judged, and what it remembers for the next interval."""

from typing import Any

from django.db import models

from alerts.rules.rule import State


class JudgingState(models.Model):
    """A rule's cursor in its node's feed, and its `State` in columns."""

    judged_seq = models.PositiveBigIntegerField(default=0, editable=False)
    judged_until = models.DateTimeField(null=True, editable=False)
    judged_end = models.DateTimeField(null=True, editable=False)
    beyond = models.BooleanField(default=False, editable=False)
    beyond_since = models.DateTimeField(null=True, editable=False)
    calm_until = models.DateTimeField(null=True, editable=False)
    flaps = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        abstract = True

    @property
    def state(self) -> State:
        return State(
            self.judged_until,
            self.judged_end,
            self.beyond,
            self.beyond_since,
            self.calm_until,
            self.flaps,
        )

    @state.setter
    def state(self, state: State) -> None:
        for name, value in state_fields(state).items():
            setattr(self, name, value)


def state_fields(state: State) -> dict[str, Any]:
    """A state as the columns of a rule."""
    names = ("judged_until", "judged_end", "beyond", "beyond_since", "calm_until", "flaps")
    return dict(zip(names, state, strict=True))
