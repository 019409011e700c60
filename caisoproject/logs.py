"""One log format for Django, Celery, Daphne and ourselves."""

import logging.config

import structlog

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def configure(*, as_json: bool, level: str) -> None:
    """Send every log record to standard error: a readable line, or JSON for a collector."""
    if level not in LEVELS:
        raise SystemExit(f"LOG_LEVEL is {level!r}; it takes one of {', '.join(LEVELS)}.")
    before: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0, pad_level=False)
    )
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
                        renderer,
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                # Beat and the workers name every tick and task at INFO: hundreds of lines an hour.
                "celery.beat": {"level": "WARNING"},
                "celery.worker.strategy": {"level": "WARNING"},
                "celery.app.trace": {"level": "WARNING"},
                "daphne": {"level": "WARNING"},
                "django.server": {"level": "WARNING"},
                "urllib3": {"level": "WARNING"},
                "asyncio": {"level": "WARNING"},
            },
        }
    )
