"""A program: how long a month's rows take the database driver alone, as tuples.

It answers each line that it reads, so that whoever asks can take turns with something else.
"""

import gc
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from prices.models import Node  # noqa: E402
from prices.readings import Reading  # noqa: E402

QUERY = (
    f"SELECT {', '.join(Reading._fields)} FROM prices_price "
    "WHERE node_id = %s AND market = 'RTM' AND interval_start >= %s ORDER BY interval_start"
)


def main(hours: str) -> None:
    node = Node.objects.get(slug="sp15")
    start = timezone.now() - timedelta(hours=int(hours))
    since = connection.ops.adapt_datetimefield_value(start)
    for _ in sys.stdin:
        gc.collect()
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(QUERY, [node.pk, since])
            cursor.fetchall()
        sys.stdout.write(f"{time.perf_counter() - began}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
