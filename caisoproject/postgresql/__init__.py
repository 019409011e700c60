"""Django's backend for PostgreSQL, with a pool that says at once why there is no connection."""

# What the pool says, by which caisoproject/failures.py knows it without importing psycopg.
ALL_IN_USE = "all connections to the database are in use"
