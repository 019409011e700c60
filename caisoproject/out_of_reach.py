"""A sentence instead of a traceback, for commands that can't reach the database or Redis."""

import redis
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

FIRST = "run make run or manage.py migrate first."


def sentence_for(fault: DatabaseError | redis.RedisError) -> str | None:
    """What is out of reach, and what to do about it; None if the fault is our own."""
    if isinstance(fault, redis.ConnectionError | redis.TimeoutError):
        return f"Redis can't be reached: {fault}"
    if isinstance(fault, redis.RedisError):
        return f"Redis refuses: {fault}"
    return database_trouble()


def database_trouble() -> str | None:
    """What keeps the program from using the database; None if nothing does."""
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
