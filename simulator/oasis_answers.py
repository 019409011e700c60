"""Answers queries as OASIS does: with which file, under which name, with which rows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from simulator.board import Board
from simulator.body_faults import BODY_FAULTS
from simulator.error_documents import NO_DATA, STILL_PROCESSING, QueryError, error_document
from simulator.faults import REFUSED, REFUSED_POLITELY, error_code, http_status
from simulator.file_names import INVALID_REQUEST, component_stem, group_stem, report_stem
from simulator.groups import Group, Selection, Tally
from simulator.publication import oldest_kept
from simulator.query_parsing import GroupQuery, Params, PriceQuery, group_query, price_query
from simulator.report_csv import corrections_csv, report_csv
from simulator.report_xml import report_xml
from simulator.row_faults import ROW_FAULTS
from simulator.zip_writer import Member, zipped

ACCEPTABLE_USE = (
    b"<html><body><p>CAISO Acceptable Use Policy Violation. "
    b"Please retry your request after 5 seconds.</p></body></html>"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. HTML pages have no file name."""

    body: bytes
    outcome: str
    status: int = 200
    file_name: str | None = None
    member: str = INVALID_REQUEST
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """Answers one request as of `now`, with a fault if one is given.

    The first request for a GroupZip that is not in `warm_groups` is answered "still processing";
    with None, every GroupZip is ready.
    """

    board: Board
    now: datetime
    fault: str = ""
    warm_groups: set[str] | None = None

    def answer(self, servlet: str, params: Params) -> Answer:
        instead = self._instead()
        if instead is not None:
            return instead
        found = self._single(params) if servlet == "SingleZip" else self._group(params)
        break_body = BODY_FAULTS.get(self.fault)
        if break_body is None:
            return found
        return replace(found, body=break_body(found.body, found.member, self.now))

    def _instead(self) -> Answer | None:
        """The answer of a fault that ignores the query."""
        if self.fault in (REFUSED, REFUSED_POLITELY):
            return refused(429 if self.fault == REFUSED else 200)
        if status := http_status(self.fault):
            body = f"<html><body><h1>{status}</h1></body></html>".encode()
            return Answer(body, f"http_{status}", status)
        code = error_code(self.fault)
        return self._error(code, INVALID_REQUEST) if code else None

    def _single(self, params: Params) -> Answer:
        try:
            query = price_query(params, now=self.now.timestamp())
        except QueryError as error:
            return self._error(error.code, INVALID_REQUEST)
        return self._prices(query)

    def _prices(self, query: PriceQuery) -> Answer:
        now, stem, tally = self.now.timestamp(), report_stem(query, self.now), Tally()
        selection = Selection(self.board, query, now, oldest_kept(self.now))
        if next(selection.groups(), None) is None:
            return self._error(NO_DATA, stem)
        body = zipped(self._members(selection, stem, tally), self.now)
        suffix = ".csv" if query.is_csv else ".xml"
        return Answer(body, "ok", 200, f"{stem}.zip", stem + suffix, tally.rows)

    def _members(self, selection: Selection, stem: str, tally: Tally) -> Iterator[Member]:
        query = selection.query
        suffix = ".csv" if query.is_csv else ".xml"
        if not (query.everything and query.report.splits_everything(query.version)):
            yield stem + suffix, self._text(query, tally.counted(self._rows(selection)))
            return
        for item in query.report.items:
            rows = tally.counted(self._rows(selection.of(item)))
            yield component_stem(query, item) + suffix, self._text(query, rows)

    def _rows(self, selection: Selection) -> Iterator[Group]:
        break_rows = ROW_FAULTS.get(self.fault)
        return break_rows(selection.groups()) if break_rows else selection.groups()

    def _text(self, query: PriceQuery, groups: Iterator[Group]) -> Iterator[bytes]:
        if query.is_csv:
            return report_csv(query.report, query.version, groups)
        return report_xml(query.report, query.version, groups, self.now)

    def _group(self, params: Params) -> Answer:
        try:
            query = group_query(params)
        except QueryError as error:
            return self._error(error.code, INVALID_REQUEST)
        stem = group_stem(query)
        if self.warm_groups is not None and stem not in self.warm_groups:
            self.warm_groups.add(stem)
            return self._error(STILL_PROCESSING, stem)
        if query.prices:
            found = self._prices(query.prices)
            kind = "_csv" if query.prices.is_csv else ""
            return replace(found, file_name=f"{stem}{kind}.zip") if found.rows else found
        return self._corrections(query, stem)

    def _corrections(self, query: GroupQuery, stem: str) -> Answer:
        corrections = self.board.corrections(query.day, now=self.now.timestamp())
        first = next(corrections, None)
        if first is None:
            return self._error(NO_DATA, stem)
        lines = list(corrections_csv(chain([first], corrections)))
        member = f"{stem}.csv"
        body = zipped([(member, lines)], self.now)
        return Answer(body, "ok", 200, f"{stem}_csv.zip", member, len(lines) - 1)

    def _error(self, code: int, stem: str) -> Answer:
        member = f"{stem}.xml"
        body = zipped([(member, [error_document(code, self.now)])], self.now)
        return Answer(body, f"error_{code}", 200, f"{member}.zip", member)


def refused(status: int) -> Answer:
    """The refusal of OASIS: the same page with 429 or with 200."""
    return Answer(ACCEPTABLE_USE, str(status) if status == 429 else "html_200", status)
