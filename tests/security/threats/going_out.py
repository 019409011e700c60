"""What goes out."""

from tests.security.threats.threat import Threat

THREATS = [
    Threat(
        "A user's webhook reaches a server inside, or a cloud's metadata",
        "one look-up, every address public, connected to the checked address itself",
        "tests/outbound/test_public_address.py::test_one_private_address_refuses_a_name",
        "5.2.6, 12.6.1",
        "outbound/public_address.py",
        "if not is_public(ip_address(address)):",
        "if False:",
    ),
    Threat(
        "A receiver's redirect leads inside",
        "no redirect is followed",
        "tests/outbound/test_receiver_answer.py::test_a_receiver_that_rejects_for_good_is_given_up",
        "5.1.5, 5.2.6",
        "outbound/receiver_answer.py",
        'raise Refused(f"HTTP {answer.status}: redirects are not followed.")',
        "return",
    ),
    Threat(
        "A secret of a delivery method is read in the admin",
        "it is never shown again; an empty field leaves it as it is",
        "tests/alerts/admin/test_deliveries.py::test_a_secret_is_never_shown_and_stays_when_left_empty",
        "8.3.4",
        "alerts/admin/method_form.py",
        'SECRET = forms.PasswordInput({"autocomplete": "new-password"})',
        'SECRET = forms.PasswordInput({"autocomplete": "new-password"}, render_value=True)',
    ),
    Threat(
        "A name becomes a formula in somebody's spreadsheet",
        "an apostrophe before whatever a spreadsheet would run",
        "tests/alerts/admin/test_rules.py::test_no_spreadsheet_takes_a_name_for_a_formula",
        "5.2.1",
        "alerts/admin/alerts_csv.py",
        """return f"'{text}" if text.startswith(("=", "+", "-", "@", "\\t", "\\r")) else text""",
        "return text",
    ),
]
