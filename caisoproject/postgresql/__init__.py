"""Django's backend for PostgreSQL, with a pool that says at once why there is no connection."""
