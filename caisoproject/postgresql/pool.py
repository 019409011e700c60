"""psycopg's pool, that gives out no connection which the server has closed, and says what is wrong.

psycopg's own pool tries to connect behind the scenes and tells whoever waits that it took too
long: a wrong password and a server that is away look alike, and both take the whole time.
"""

import select
import time
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from psycopg_pool import ConnectionPool, PoolTimeout

from caisoproject.postgresql import ALL_IN_USE

# How long a request waits for a connection that others have, and how often it looks up meanwhile.
PATIENCE_S = 5.0
A_LOOK_S = 0.1
# A failed attempt is made once more, and given up: the next request makes another.
GIVEN_UP_AFTER_S = 0.05
IDLE_S = 60.0


class Connection(psycopg.Connection[Any]):
    """A connection; its class knows the last attempt that failed."""

    failed: tuple[float, psycopg.OperationalError] | None = None

    @classmethod
    def connect(cls, conninfo: str = "", **options: Any) -> "Connection":
        """Connect, and keep what went wrong if it can't be done."""
        try:
            made: Connection = super().connect(conninfo, **options)
        except psycopg.OperationalError as fault:
            Connection.failed = time.monotonic(), fault
            raise
        return made


class Pool(ConnectionPool[Connection]):
    """Connections of one process, made when they are needed and closed when they are not."""

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {
            "min_size": 1,
            "max_size": 4,
            "timeout": PATIENCE_S,
            "reconnect_timeout": GIVEN_UP_AFTER_S,
            "max_idle": IDLE_S,
            "num_workers": 1,
            "connection_class": Connection,
        }
        super().__init__(**(usual | options))

    def getconn(self, timeout: float | None = None) -> Connection:
        """A connection that works. Raises the error of connecting, or PoolTimeout if all are used.

        A connection that the server has closed, as it does when it restarts, goes back and is
        replaced.
        """
        began = time.monotonic()
        until = began + (self.timeout if timeout is None else timeout)
        while True:
            connection = self.waited_for(began, until)
            if not was_closed(connection):
                return connection
            connection.close()
            self.putconn(connection)

    def waited_for(self, began: float, until: float) -> Connection:
        """The next connection, whatever its state. Raises what `getconn` raises."""
        while True:
            left = until - time.monotonic()
            try:
                return super().getconn(max(0.001, min(A_LOOK_S, left)))
            except PoolTimeout as nothing:
                if fault := self.out_of_reach(since=began):
                    raise type(fault)(*fault.args) from nothing
                if left <= A_LOOK_S:
                    raise PoolTimeout(ALL_IN_USE) from nothing

    def out_of_reach(self, *, since: float) -> psycopg.OperationalError | None:
        """Why no connection can be made, if an attempt has failed and there is none to wait for."""
        if Connection.failed is None or Connection.failed[0] < since:
            return None
        return Connection.failed[1] if self.get_stats()["pool_size"] <= 1 else None


def was_closed(connection: Connection) -> bool:
    """Whether the server has ended an idle connection, without asking it over the network.

    Nothing comes on an idle one but its end, or a notice that is as well read on a new one.
    """
    if connection.pgconn.transaction_status != TransactionStatus.IDLE:
        return True
    looking = select.poll()
    looking.register(connection.fileno(), select.POLLIN)
    return bool(looking.poll(0))
