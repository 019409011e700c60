"""The framework's errors as problem documents."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.http import Http404, HttpResponse
from rest_framework.exceptions import APIException, NotAcceptable, ValidationError

from live.problems import Problem

OF_THE_WHOLE = (NON_FIELD_ERRORS, "non_field_errors")


def refusal(fault: Exception, _context: Mapping[str, Any]) -> HttpResponse | None:
    """The answer for an exception of a view; None for a fault of our own."""
    problem = problem_of(fault)
    return problem.response() if problem else None


def problem_of(fault: Exception) -> Problem | None:
    """What is wrong with the request; None for a fault of our own."""
    if isinstance(fault, Problem):
        return fault
    if isinstance(fault, ValidationError):
        return Problem(HTTPStatus.BAD_REQUEST, next(sentences(fault.detail)))
    if isinstance(fault, NotAcceptable):
        return Problem(HTTPStatus.NOT_ACCEPTABLE, not_acceptable(fault))
    if isinstance(fault, APIException):
        return Problem(HTTPStatus(fault.status_code))
    if isinstance(fault, Http404):
        return Problem(HTTPStatus.NOT_FOUND)
    return Problem(HTTPStatus.FORBIDDEN) if isinstance(fault, PermissionDenied) else None


def not_acceptable(fault: NotAcceptable) -> str:
    """Names the media types that Accept could have named."""
    kinds = [renderer.media_type for renderer in fault.available_renderers or ()]
    return f"Accept takes nothing that is answered here: {', '.join(kinds)}."


def sentences(found: Any, path: str = "") -> Iterator[str]:
    """All errors of a serializer, each with its field: `conditions[0].limit: ...`."""
    if isinstance(found, str):
        yield f"{path}: {found}" if path else found
    elif isinstance(found, Mapping):
        for name, inner in found.items():
            yield from sentences(inner, below(path, name))
    else:
        for number, inner in enumerate(found):
            yield from sentences(inner, path if isinstance(inner, str) else f"{path}[{number}]")


def below(path: str, name: str | int) -> str:
    """The path of a field, or of an entry of a list."""
    if name in OF_THE_WHOLE:
        return path
    if isinstance(name, int):
        return f"{path}[{name}]"
    return f"{path}.{name}" if path else name
