"""The Django app that brings `manage.py simulate_oasis`."""

from django.apps import AppConfig


class SimulatorConfig(AppConfig):
    name = "simulator"
    verbose_name = "OASIS stand-in"
