"""What Django's pages for developers leave out: whatever may hold a password."""

import re

from django.views.debug import SafeExceptionReporterFilter

MORE = "REDIS|DATABASE|BROKER|CHANNEL|PROXY|VAPID|EMAIL_HOST_USER"


class HiddenSettings(SafeExceptionReporterFilter):
    """Addresses of services are hidden like keys: they hold passwords."""

    hidden_settings = re.compile(
        f"{SafeExceptionReporterFilter.hidden_settings.pattern}|{MORE}", re.I
    )
