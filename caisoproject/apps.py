from django.apps import AppConfig


class CaisoProjectConfig(AppConfig):
    name = "caisoproject"
    verbose_name = "CAISO Live"
