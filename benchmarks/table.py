"""The table of figures as plain text."""

from collections.abc import Sequence

from benchmarks.figures import Figure

HEAD = ("measured", "ours", "beside", "ratio", "limit", "")
TO_THE_RIGHT = {1, 3}


def table(figures: Sequence[Figure], machine: Sequence[str], notes: Sequence[str]) -> str:
    """Aligned columns, the notes and the machine."""
    rows = [HEAD, *map(cells, figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [line(row, widths) for row in rows]
    lines.insert(1, "-" * (sum(widths) + 2 * (len(widths) - 1)))
    return "\n".join([*lines, "", *notes, "", *machine])


def cells(figure: Figure) -> tuple[str, ...]:
    """A figure as the texts of its row."""
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} ×"
    return figure.what, figure.ours, figure.floor, ratio, figure.limit, figure.verdict


def line(row: Sequence[str], widths: Sequence[int]) -> str:
    """One row: numbers aligned to the right, words to the left."""
    padded = (
        text.rjust(width) if column in TO_THE_RIGHT else text.ljust(width)
        for column, (text, width) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join(padded).rstrip()
