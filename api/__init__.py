"""`/api/`: JSON for programs, with Django REST framework."""

from api.lean_import import import_framework

import_framework()
