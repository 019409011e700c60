"""Which offers of permessage-deflate (RFC 7692) are accepted: those that cost nothing per reader.

What is compressed is compressed once for all, so no message may build on the one before it.
"""

from collections.abc import Iterable

from autobahn.websocket.compress import (
    PerMessageDeflate,
    PerMessageDeflateOffer,
    PerMessageDeflateOfferAccept,
)

# A client's message that unfolds to more closes its connection.
MOST_UNFOLDED = 64 * 1024


class OneWindowForAll(PerMessageDeflateOfferAccept):  # type: ignore[misc]
    """Accepts an offer, and says that no message of ours builds on another."""

    def __init__(self, offer: PerMessageDeflateOffer) -> None:
        super().__init__(
            offer,
            request_no_context_takeover=offer.accept_no_context_takeover,
            no_context_takeover=True,
            max_message_size=MOST_UNFOLDED,
        )

    def get_extension_string(self) -> str:
        words = str(super().get_extension_string())
        ours = "server_no_context_takeover"
        return words if ours in words else f"{words}; {ours}"


def accepted(offers: Iterable[object]) -> OneWindowForAll | None:
    """The first offer that takes our window; None where there is none: nothing is compressed."""
    for offer in offers:
        if isinstance(offer, PerMessageDeflateOffer) and not offer.request_max_window_bits:
            return OneWindowForAll(offer)
    return None


def forget_the_last_message(compression: PerMessageDeflate) -> None:
    """Give back the 40 KB that unfolding a client's message has taken."""
    compression._decompressor = None
