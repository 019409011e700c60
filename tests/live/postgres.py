"""What PostgreSQL refuses and SQLite does not."""

from typing import Any

from django.db import DataError


def refuse_nul(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    """An execute_wrapper: no text may have a NUL."""
    if "\0" in str(sql) or any("\0" in str(value) for value in params or ()):
        raise DataError("PostgreSQL text fields cannot contain NUL (0x00) bytes")
    return execute(sql, params, many, context)
