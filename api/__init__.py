"""`/api/`: what programs ask, answered in JSON by Django REST framework."""

from api.lean_import import import_framework

import_framework()
