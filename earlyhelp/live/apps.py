from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "earlyhelp.live"
    label = "live"
    verbose_name = "Live connections"
