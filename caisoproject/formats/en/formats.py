"""How the admin writes times that are only read: the hour that comes twice says which it is."""

# "Sun, 01 Nov 2026 01:30:00 -0800". Django's own letters for a zone (T, O, e) are empty in just
# that hour.
DATETIME_FORMAT = "r"
