"""Logs: structured, on stderr, JSON when no person watches."""

import logging
import os
import sys

import structlog


def configure_logging(level: str | None = None, style: str | None = None) -> None:
    """Set up structlog and the standard library's loggers alike.

    `level` and `style` (auto, json or console) default to the settings' environment variables, which are read
    directly here because logging must work before the settings are known to be right.
    """
    level = (level or os.environ.get("CLAIMDESK_LOG_LEVEL", "info")).upper()
    style = style or os.environ.get("CLAIMDESK_LOG_FORMAT", "auto")
    number = logging.getLevelNamesMapping().get(level, logging.INFO)
    plain = style == "json" or (style == "auto" and not sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if plain
        # The prettier tracebacks take quadratic time on the text of an exception, which may hold
        # text from outside.
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if plain:
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(number),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for noisy in (
        "kafka",
        "aiokafka",
        "faust",
        "mode",
        "elastic_transport",
        "httpx",
        "httpcore",
        "trafilatura",
        "uvicorn",
    ):
        logging.getLogger(noisy).setLevel(max(number, logging.WARNING))
    # It warns of each moment in which another thread kept the interpreter busy, as parsing does.
    logging.getLogger("kafka.net.selector").setLevel(max(number, logging.ERROR))
