"""What comes from OASIS."""

from tests.security.threats.threat import Threat

THREATS = [
    Threat(
        "An answer's DTD reads our files, or makes its prices silently empty",
        "a DOCTYPE is refused; no entities, no network",
        "tests/oasis/test_xml_refused.py::test_a_document_with_a_doctype_is_refused",
        "5.5.2",
        "oasis/xml.py",
        "if element.getroottree().docinfo.doctype:",
        "if False:",
    ),
    Threat(
        "An archive that unpacks without end fills memory or disk",
        "bytes are counted while they are inflated; nothing is unpacked to disk",
        "tests/oasis/test_archive.py::test_an_archive_may_inflate_to_64_mb_at_most",
        "12.1.2",
        "oasis/archive.py",
        "if self.inflated > self.bounds.bytes_out:",
        "if False:",
    ),
    Threat(
        "A name that leads into our own network has the poller ask a server inside",
        "the address that the socket reached must be public",
        "tests/oasis/test_outside.py::test_a_name_that_leads_inside_is_not_asked",
        "5.2.6, 12.6.1",
        "oasis/outside.py",
        "if is_public(ip_address(address)):",
        "if True:",
    ),
]
