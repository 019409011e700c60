"""`make topology`: what deploy/compose.yaml describes, for real, as processes of this machine."""

import os
import tempfile

# The PostgreSQL wheel wants a folder for its locks, and warns where the session has none.
os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
