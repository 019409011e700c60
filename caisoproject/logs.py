"""One log format for Django, Celery, Daphne and ourselves: one line each, without secrets.

What a line is made of is in `telemetry/log_lines.py`, which the analyst writes by too.
"""

import json
import logging
import logging.config
import re
import time
from dataclasses import dataclass, field

import redis
import structlog
from django.core.exceptions import PermissionDenied

from telemetry.log_lines import facts_of, readable

NUMBERS = re.compile(r"[0-9a-f]*\d[0-9a-fx]*")  # and task ids
QUIET_SECONDS = 60.0
MOST_KINDS = 500
# Their traceback helps nobody: it leads to where a library missed Redis, or a view said no.
WITHOUT_TRACEBACK = (redis.RedisError, PermissionDenied)
# Of whom it was is no other thing to say.
WHOSE = {"timestamp", "request_id", "connection_id", "task_id"}
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def configure(*, as_json: bool, level: str) -> None:
    """Send every log record to standard error, as a readable line or as JSON for a collector."""
    if level not in LEVELS:
        raise SystemExit(f"LOG_LEVEL is {level!r}; it takes one of {', '.join(LEVELS)}.")
    before: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "line": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": before,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.format_exc_info,
                        as_json_line if as_json else as_readable_line,
                    ],
                }
            },
            "filters": {"repeated": {"()": OnceAMinute}},
            "handlers": {
                "stderr": {
                    "class": "logging.StreamHandler",
                    "formatter": "line",
                    "filters": ["repeated"],
                }
            },
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                # Beat and the workers name every tick and task at INFO: hundreds of lines an hour.
                "celery.beat": {"level": "WARNING"},
                "celery.worker.strategy": {"level": "WARNING"},
                "celery.app.trace": {"level": "WARNING"},
                "daphne": {"level": "WARNING"},
                "django.server": {"level": "WARNING"},
                "psycopg.pool": {
                    "level": "ERROR"
                },  # whoever wanted a connection says what is wrong
                "urllib3": {"level": "WARNING"},
                "asyncio": {"level": "WARNING"},
            },
        }
    )


def as_json_line(_logger: object, _method: str, facts: structlog.types.EventDict) -> str:
    """For a collector. JSON spells out whatever is not ASCII, so it is one line."""
    return json.dumps(facts_of(facts))


def as_readable_line(_logger: object, _method: str, facts: structlog.types.EventDict) -> str:
    return readable(facts)


@dataclass
class Logged:
    """When a kind of record was last logged, and how many were suppressed since."""

    at: float
    suppressed: int = 0


@dataclass
class OnceAMinute(logging.Filter):
    """Logs a repeated warning or error once a minute, with how often it came meanwhile.

    Records that differ only in numbers count as the same.
    """

    logged: dict[tuple[str, int, str], Logged] = field(default_factory=dict)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log it."""
        if record.levelno < logging.WARNING:
            return True
        if isinstance(fault := fault_of(record), WITHOUT_TRACEBACK):
            drop_traceback(record, fault)
        now = time.monotonic()
        before = self.logged.get(kind := kind_of(record))
        if before and now - before.at < QUIET_SECONDS:
            before.suppressed += 1
            return False
        if before and before.suppressed:
            add(record, "times_more", before.suppressed)
        if len(self.logged) >= MOST_KINDS:
            self.logged.clear()
        self.logged[kind] = Logged(now)
        return True


def fault_of(record: logging.LogRecord) -> object:
    """The exception of a record; structlog keeps it among the facts of its message."""
    if isinstance(record.msg, dict):
        return record.msg.get("exc_info")
    return record.exc_info[1] if record.exc_info else None


def drop_traceback(record: logging.LogRecord, fault: Exception) -> None:
    """Put the exception's message in place of its traceback."""
    if isinstance(record.msg, dict):
        why = {"why": one_line(fault)}
        record.msg = why | {name: fact for name, fact in record.msg.items() if name != "exc_info"}
    else:
        add(record, "why", one_line(fault))
        record.exc_info = record.exc_text = None


def one_line(fault: Exception) -> str:
    return " ".join(str(fault).split())


def kind_of(record: logging.LogRecord) -> tuple[str, int, str]:
    """Logger, level and text: records that agree in all three are the same."""
    words: object = record.getMessage()
    if isinstance(record.msg, dict):
        words = {name: text for name, text in record.msg.items() if name not in WHOSE}
    fault = repr(record.exc_info[1]) if record.exc_info else ""
    return record.name, record.levelno, NUMBERS.sub("0", f"{words} {fault}")


def add(record: logging.LogRecord, name: str, value: object) -> None:
    """Add a fact to a record of structlog or of the standard library."""
    if isinstance(record.msg, dict):
        record.msg = {**record.msg, name: value}
        return
    text = record.getMessage()
    if str(value) not in text:
        text = f"{text} {name}={value}"
    record.msg, record.args = text, None
