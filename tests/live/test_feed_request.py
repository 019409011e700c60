"""What a reader may ask for: hubs, cursors and hours, in an address or a resume frame."""

import pytest

from live.cursor import Cursor
from live.feed_request import BadRequest, FeedRequest, feed_request, resumed

UNBOUNDED = "9" * 4000


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", FeedRequest({"sp15": None}, 24)),
        ("hubs=", FeedRequest({"sp15": None}, 24)),
        ("hubs=,%20,", FeedRequest({"sp15": None}, 24)),
        ("hubs=NP15,%20sp15&hours=168", FeedRequest({"np15": None, "sp15": None}, 168)),
        ("hubs=NP15&hubs=SP15", FeedRequest({"np15": None, "sp15": None}, 24)),
        ("hubs=NP15,np15,SP15&after=e:1,f:2", FeedRequest(
            {"np15": Cursor("e", 1), "sp15": Cursor("f", 2)}, 24)),
        ("hubs=NP15,SP15&after=,f:2", FeedRequest({"np15": None, "sp15": Cursor("f", 2)}, 24)),
        ("hubs=NP15,SP15&after=e:1", FeedRequest({"np15": Cursor("e", 1), "sp15": None}, 24)),
        ("&&&=&%", FeedRequest({"sp15": None}, 24)),
        ("hubs=%ff%fe", FeedRequest({"\ufffd\ufffd": None}, 24)),
    ],
)  # fmt: skip
def test_a_reader_gets_what_its_address_asks_for(query: str, asked: FeedRequest) -> None:
    assert feed_request(query.encode()) == asked


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("hubs=" + ",".join(f"H{number}" for number in range(51)), "too_many_hubs"),
        ("hubs=SP15&after=" + "," * 8000, "too_long"),
        ("after=e:1,f:2", "bad_after"),
        ("after=e", "bad_after"),
        ("after=e:", "bad_after"),
        ("after=:1", "bad_after"),
        ("after=e:-1", "bad_after"),
        ("after=e:1.0", "bad_after"),
        ("after=e:%D9%A1", "bad_after"),  # an Arabic one
        ("after=e%0A:1", "bad_after"),
        ("after=e:" + UNBOUNDED, "bad_after"),
        ("hours=0", "bad_hours"),
        ("hours=169", "bad_hours"),
        ("hours=1e2", "bad_hours"),
        ("hours=" + UNBOUNDED, "bad_hours"),
        ("latest=2", "bad_latest"),
        ("latest=true", "bad_latest"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_by_name(query: str, code: str) -> None:
    with pytest.raises(BadRequest) as refused:
        feed_request(query.encode())
    assert refused.value.code == code
    assert len(refused.value.message) < 200


@pytest.mark.parametrize(
    ("feeds", "code"),
    [
        (None, "bad_resume"),
        ([], "bad_resume"),
        ({}, "bad_resume"),
        ({"SP15": None}, "bad_resume"),
        ({"SP15": {"epoch": "e"}}, "bad_resume"),
        ({"SP15": {"epoch": 1, "seq": 1}}, "bad_resume"),
        ({"SP15": {"epoch": "e", "seq": "1"}}, "bad_resume"),
        ({"SP15": {"epoch": "e", "seq": -1}}, "bad_resume"),
        ({"SP15": {"epoch": "e", "seq": True}}, "bad_resume"),
        ({"SP15": {"epoch": "e", "seq": 1.5}}, "bad_resume"),
        ({"SP15": {"epoch": "e", "seq": 1}, "NP15": {"epoch": "e", "seq": 1}}, "not_followed"),
    ],
)
def test_a_resume_that_cannot_be_read_changes_nothing(feeds: object, code: str) -> None:
    with pytest.raises(BadRequest) as refused:
        resumed({"feeds": feeds}, {"sp15": None})
    assert refused.value.code == code


def test_a_resume_names_places_of_hubs_in_any_case() -> None:
    feeds = {"SP15": {"epoch": "e", "seq": 1}, "np15": {"epoch": "f", "seq": 0}}
    assert resumed({"feeds": feeds}, {"sp15": None, "np15": None}) == {
        "sp15": Cursor("e", 1),
        "np15": Cursor("f", 0),
    }
