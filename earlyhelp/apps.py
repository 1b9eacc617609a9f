"""The platform as a Django application: it only brings the start-up checks."""

from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "earlyhelp"
    label = "earlyhelp"
    verbose_name = "Early Help platform"

    def ready(self):
        from earlyhelp import checks  # noqa: F401  (importing registers them)
