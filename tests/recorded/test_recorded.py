"""What goes out is, byte for byte, what was recorded: answers, frames, Redis, messages, pages.

The files under `recorded/` were made from the code as it was then. Who changes on purpose what
goes out records it anew, with `RECORD=1 python -m pytest -n 0 tests/recorded`, and looks at the
difference before committing it; the tests are skipped then, and say so. Left out is only what
comes of chance: signatures and tokens, ports, boundaries between the parts of an e-mail.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from tests.recorded import answers, listening, pages, recording, sending
from tests.recorded.frozen import Frozen, frozen
from tests.recorded.projected import Watched
from tests.recorded.recording import Texts
from tests.recorded.scene import play

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.xdist_group("recorded"),
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="PostgreSQL orders the names in an object by itself."
    ),
]
FOLDERS = ("redis", "answers", "feed", "messages", "pages")
Taken = dict[str, Texts | Exception]


@pytest.fixture(scope="module")
def taken(django_db_setup: None, django_db_blocker: Any) -> Taken:
    """What goes out, by folder: of one scene, played once, and of what each part does to it.

    A part that fails costs no other: its exception is for its own test.
    """
    with django_db_blocker.unblock(), taken_back(), frozen() as world:
        watched = Watched()
        try:
            play(world)
            parts: dict[str, Callable[[], Texts]] = {
                "redis": watched.taken,
                "answers": answers.taken,
                "feed": lambda: listening.taken(world),
                "messages": sending.taken,
                "pages": pages.taken,
            }
            return {folder: apart(parts[folder], world) for folder in FOLDERS}
        finally:
            watched.close()


@contextmanager
def taken_back() -> Iterator[None]:
    """The database afterwards is as it was before."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def apart(take: Callable[[], Texts], world: Frozen) -> Texts | Exception:
    """What one part brings; what it did to the database is taken back."""
    now = world.now
    try:
        with taken_back():
            return take()
    except Exception as fault:  # noqa: BLE001
        return fault
    finally:
        world.now = now


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_goes_out_is_what_was_recorded(folder: str, taken: Taken) -> None:
    found = taken[folder]
    if isinstance(found, Exception):
        raise found
    if recording.is_recording():
        recording.write(folder, found)
        pytest.skip(f"Recorded anew: {len(found)} files in {folder}.")
    different = list(recording.differences(folder, found))
    if different:
        pytest.fail("\n\n".join(different), pytrace=False)
