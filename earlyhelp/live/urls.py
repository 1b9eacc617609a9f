"""Addresses of live connections, apart from pages: each application keeps its own in ``live_urls``.

    path("live/families/<slug:reference>/", RecordConsumer, name="live-record")

The "view" is the consumer's class. `reverse(name, urlconf="earlyhelp.live.urls")` gives the address to a page.
"""

from importlib import import_module

from django.apps import apps
from django.utils.module_loading import module_has_submodule

urlpatterns = []
for application in apps.get_app_configs():
    if module_has_submodule(application.module, "live_urls"):
        urlpatterns += import_module(f"{application.name}.live_urls").urlpatterns
