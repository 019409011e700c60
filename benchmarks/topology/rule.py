"""A program: the one rule of the topology, and the webhook that it notifies."""

import json
import sys
from datetime import timedelta
from decimal import Decimal

import django

django.setup()

from django.utils import timezone  # noqa: E402

from alerts.models import Method, Rule  # noqa: E402
from benchmarks.topology.site import RULE  # noqa: E402
from prices.models import Node  # noqa: E402

SIGNED_WITH = "of-the-topology"
DAY = timedelta(days=1)


def main(url: str) -> None:
    Rule.objects.update(active=False)
    method = Method.objects.create(name="receiver", kind="webhook", address=url, secret=SIGNED_WITH)
    rule = Rule.objects.create(
        node=Node.objects.get(slug="sp15"),
        name=RULE,
        limit=Decimal(1000),
        clear_limit=Decimal(900),
        judges_from=timezone.now() - DAY,
    )
    rule.methods.add(method)
    json.dump(rule.pk, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
