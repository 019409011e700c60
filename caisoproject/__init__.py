"""Wiring: settings, Celery, ASGI, and the flow between the apps in `tasks.py`."""

from caisoproject.celery import app as celery_app

__all__ = ["celery_app"]
