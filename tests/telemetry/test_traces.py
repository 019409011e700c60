"""Traces are off unless a collector is named; then a span finds its parent, here and elsewhere."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from telemetry import traces
from telemetry.traces import TRACING

LOADED = "import sys, telemetry.traces; telemetry.traces.start('x'); " + (
    "print([name for name in sys.modules if name.startswith('opentelemetry')])"
)
ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """Tracing is on, and spans stay in memory."""
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    monkeypatch.setattr(TRACING, "tracer", provider.get_tracer("tests"))
    yield kept
    provider.shutdown()


def test_off_a_span_is_nothing_and_has_no_name_to_carry_on() -> None:
    assert traces.span("one") is traces.root("two") is traces.following("", "three")
    with traces.span("one"):
        assert traces.current() == ""


@pytest.mark.process
def test_off_nothing_of_it_is_imported() -> None:
    said = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=120
    )
    assert said.stdout == "[]\n"


def test_where_the_package_is_missing_the_program_stops_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SystemExit, match=f"{ENDPOINT} is set, but OpenTelemetry is not installed"):
        traces.start("web")
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(SystemExit, match="pip install --require-hashes -r requirements-tracing"):
        traces.check()
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    traces.check()


def test_spans_are_within_each_other_here_and_in_the_next_process(
    sent: InMemorySpanExporter,
) -> None:
    with traces.root("task"), traces.span("publish"):
        carried = traces.current()
    with traces.following(carried, "fan out"), traces.span("write"):
        pass
    spans = {span.name: span for span in sent.get_finished_spans()}
    assert {span.context.trace_id for span in spans.values()} == {spans["task"].context.trace_id}
    parents = {name: span.parent and span.parent.span_id for name, span in spans.items()}
    ids = {name: span.context.span_id for name, span in spans.items()}
    assert parents == {
        "task": None,
        "publish": ids["task"],
        "fan out": ids["publish"],
        "write": ids["fan out"],
    }


def test_a_root_that_comes_to_nothing_is_not_sent(sent: InMemorySpanExporter) -> None:
    with traces.root("poll"):
        pass
    with traces.root("poll"), traces.span("OASIS request"):
        pass
    with traces.root("poll"):
        pass
    assert [span.name for span in sent.get_finished_spans()] == ["OASIS request", "poll"]


def test_what_no_process_of_ours_would_send_begins_a_trace_of_its_own(
    sent: InMemorySpanExporter,
) -> None:
    with traces.following("nonsense", "fan out"):
        pass
    [span] = sent.get_finished_spans()
    assert span.parent is None
