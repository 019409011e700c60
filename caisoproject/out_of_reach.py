"""A sentence instead of a traceback for commands that find no database, or no Redis."""

import redis
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

FIRST = "run make run or manage.py migrate first."


def said_of(fault: DatabaseError | redis.RedisError) -> str | None:
    """What a person can do about a command's failure; None where it is a fault of ours."""
    if isinstance(fault, redis.ConnectionError | redis.TimeoutError):
        return f"Redis can't be reached: {fault}"
    if isinstance(fault, redis.RedisError):
        return f"Redis refuses: {fault}"
    return said_of_database()


def said_of_database() -> str | None:
    """Whether the database is there and as the program knows it."""
    connection.close()  # its transaction failed
    try:
        if not MigrationRecorder(connection).has_table():
            return f"There is no database yet: {FIRST}"
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return f"The database is older than this program: {FIRST}"
    except DatabaseError as fault:
        return f"The database can't be used: {' '.join(str(fault).split())}"
    return None
