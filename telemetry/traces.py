"""OpenTelemetry traces, for who names a collector in OTEL_EXPORTER_OTLP_ENDPOINT.

Without it nothing of OpenTelemetry is imported, and a span is a look at one variable. What goes
from process to process is the `traceparent` of W3C, as text. Which collector, its headers, the
share that is sampled and the like are OpenTelemetry's own variables.
"""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
MISSING = (
    "{} is set, but OpenTelemetry is not installed: "
    "pip install --require-hashes -r requirements-tracing.txt, or unset it."
)
NOTHING: AbstractContextManager[None] = nullcontext()
TRACEPARENT = "traceparent"
FLUSH_MS = 2_000


class Begun(NamedTuple):
    """A root span that is made with the first span within it: what comes to nothing leaves none."""

    name: str
    at_ns: int
    facts: dict[str, Any]
    parent: str
    made: list[Any]


class Tracing:
    """What this process sends spans by; without a tracer tracing is off."""

    tracer: "Tracer | None" = None
    provider: "TracerProvider | None" = None


TRACING = Tracing()
BEGUN: ContextVar[Begun | None] = ContextVar("begun", default=None)


def endpoint() -> str:
    """The variable that switches tracing on; empty where none is set."""
    disabled = os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true"
    return "" if disabled else next((name for name in ENDPOINTS if os.environ.get(name)), "")


def start(process: str) -> None:
    """Begin to trace if a collector is named; again does no harm. Only after any fork.

    Stops the program with a sentence if the package is missing.
    """
    if (named := endpoint()) and TRACING.tracer is None:
        try:
            TRACING.provider = provider_of(process)
        except ImportError as fault:
            raise SystemExit(MISSING.format(named)) from fault
        TRACING.tracer = TRACING.provider.get_tracer("caiso-live")


def check() -> None:
    """Stop the program with a sentence if the package is missing where a collector is named."""
    if named := endpoint():
        from importlib.util import find_spec  # noqa: PLC0415

        if not (find_spec("opentelemetry") and find_spec("opentelemetry.exporter")):
            raise SystemExit(MISSING.format(named))


def provider_of(process: str) -> "TracerProvider":
    """Spans of this process, sent in batches from a thread of its own. Raises ImportError."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 (15 MB)
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    name = os.environ.get("OTEL_SERVICE_NAME") or f"caiso-live-{process}"
    resource = Resource.create({"service.name": name, "process.pid": os.getpid()})
    made = TracerProvider(resource=resource, shutdown_on_exit=False)
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return made


def stop() -> None:
    """Send what is left, for two seconds at most."""
    if TRACING.provider:
        TRACING.provider.force_flush(FLUSH_MS)


def span(name: str, parent: str = "", **facts: Any) -> AbstractContextManager[Any]:
    """A span around a `with` block, within the one at hand or the `parent` from elsewhere."""
    return NOTHING if TRACING.tracer is None else made_span(name, parent, facts)


def root(name: str, parent: str = "", **facts: Any) -> AbstractContextManager[Any]:
    """A span that is sent only if there was another one within it: most polls ask for nothing."""
    return NOTHING if TRACING.tracer is None else begun_span(name, parent, facts)


def following(parent: str, name: str, **facts: Any) -> AbstractContextManager[Any]:
    """A span within one of another process; none where that process sent no trace along."""
    return span(name, parent, **facts) if parent else NOTHING


def current() -> str:
    """The `traceparent` of the span at hand; empty if there is none."""
    if TRACING.tracer is None:
        return ""
    carrier: dict[str, str] = {}
    propagator().inject(carrier, context=context_of(""))
    return carrier.get(TRACEPARENT, "")


@contextmanager
def made_span(name: str, parent: str, facts: dict[str, Any]) -> Iterator[Any]:
    assert TRACING.tracer
    with TRACING.tracer.start_as_current_span(
        name, context=context_of(parent), attributes=facts
    ) as made:
        yield made


@contextmanager
def begun_span(name: str, parent: str, facts: dict[str, Any]) -> Iterator[None]:
    begun = Begun(name, time.time_ns(), facts, parent, [])
    token = BEGUN.set(begun)
    try:
        yield
    finally:
        BEGUN.reset(token)
        for made in begun.made:
            made.end()


def context_of(parent: str) -> Any:
    """The context that a span is begun in: another process's, that of a root that is made now, or
    None for whatever is at hand."""
    from opentelemetry import trace  # noqa: PLC0415

    if parent:
        return propagator().extract({TRACEPARENT: parent})
    if trace.get_current_span().get_span_context().is_valid:
        return None
    begun = BEGUN.get()
    return trace.set_span_in_context(root_of(begun)) if begun else None


def propagator() -> "TraceContextTextMapPropagator":
    """Ours speak this among themselves, whatever OTEL_PROPAGATORS says."""
    from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
        TraceContextTextMapPropagator,
    )

    return TraceContextTextMapPropagator()


def root_of(begun: Begun) -> Any:
    """The root span, made with the first span within it."""
    assert TRACING.tracer
    if not begun.made:
        context = context_of(begun.parent) if begun.parent else None
        begun.made.append(
            TRACING.tracer.start_span(
                begun.name, context=context, start_time=begun.at_ns, attributes=begun.facts
            )
        )
    return begun.made[0]
