"""Django's backend for PostgreSQL, whose pool is ours and belongs to one process.

Web processes alone have a pool (`caisoproject/pooling.py`): their threads come and go with each
request. A worker or a command has one connection, for as long as it has something to do.
"""

import os
from typing import Any

from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

from caisoproject.postgresql.pool import Pool


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL. With OPTIONS["pool"], connections come from a pool and go back to it."""

    pools: dict[tuple[str, int], Pool] = {}

    @property
    def pool(self) -> "ConnectionPool[Any] | None":
        """The pool of this process. One that was inherited by a fork is left alone."""
        options: dict[str, Any] | None = self.settings_dict["OPTIONS"].get("pool")
        if self.alias == NO_DB_ALIAS or not options:
            return None
        ours = self.alias, os.getpid()
        if ours not in self.pools:
            connecting = {**self.get_connection_params(), "autocommit": True}
            configure: Any = self._configure_connection  # type: ignore[attr-defined]
            made = Pool(kwargs=connecting, open=False, configure=configure, **options)
            self.pools.setdefault(ours, made)  # two threads may come here at once
        return self.pools[ours]

    def close_pool(self) -> None:
        """End the pool of this process, if it has one."""
        made = self.pools.pop((self.alias, os.getpid()), None)
        if made:
            made.close()
