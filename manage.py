#!/usr/bin/env python
"""Django's command line for CAISO Live."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run a command; one without its database says so in a sentence."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caisoproject.settings")
    import redis  # noqa: PLC0415 (after the settings are named, as what follows)
    from django.db import DatabaseError  # noqa: PLC0415

    try:
        execute_from_command_line(sys.argv)
    except (DatabaseError, redis.RedisError) as fault:
        from caisoproject.out_of_reach import sentence_for  # noqa: PLC0415

        sentence = sentence_for(fault)
        if sentence is None:
            raise
        sys.exit(sentence)


if __name__ == "__main__":
    main()
