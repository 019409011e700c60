"""Hypertables, compression and statistics where TimescaleDB is installed in the database already.

Elsewhere nothing happens: `manage.py enable_timescale` does the same later, and creates the
extension too. What TimescaleDB refuses is logged and stops no start: the tables are as good
without it.
"""

from contextlib import suppress

import structlog
from django.db import DatabaseError, migrations

from prices.timescale.enabling import Refused, enable, facts_of

log = structlog.get_logger(__name__)


def enable_where_it_is_installed(apps, schema_editor):
    connection = schema_editor.connection
    if not facts_of(connection).installed:
        return
    with suppress(Refused):
        try:
            for sentence in enable(connection):
                log.info("TimescaleDB", done=sentence)
        except DatabaseError as fault:
            log.warning("TimescaleDB refuses; see manage.py enable_timescale", why=str(fault))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("prices", "0012_request_total")]
    operations = [
        migrations.RunPython(enable_where_it_is_installed, migrations.RunPython.noop, elidable=True)
    ]
