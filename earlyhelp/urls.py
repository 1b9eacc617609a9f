"""Every address of the site. Each application keeps its own; a view that declares no access is refused."""

from django.apps import apps
from django.http import HttpResponse
from django.urls import include, path
from django.utils.module_loading import module_has_submodule

from earlyhelp.access import public


@public
def healthz(_request):
    """Answer that this process runs. Asked by the proxy and the container runtime; says nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [path("healthz", healthz, name="healthz")]
for application in (
    "earlyhelp.accounts",
    "earlyhelp.audit",
    "earlyhelp.web",
    "hubs",
    "cases",
    "assessments",
    "outcomes",
    "reporting",
):
    if module_has_submodule(apps.get_app_config(application.rpartition(".")[2]).module, "urls"):
        urlpatterns.append(path("", include(f"{application}.urls")))
