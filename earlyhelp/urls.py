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
    "earlyhelp.api",
    "earlyhelp.accounts",
    "earlyhelp.audit",
    "earlyhelp.outbox",
    "earlyhelp.web",
    "hubs",
    "cases",
    "assessments",
    "outcomes",
    "reporting",
):
    module = apps.get_app_config(application.rpartition(".")[2]).module
    if module_has_submodule(module, "urls"):
        urlpatterns.append(path("", include(f"{application}.urls")))
    if module_has_submodule(module, "api"):
        urlpatterns.append(path("api/v1/", include(f"{application}.api")))

# Errors that no view answers: pages for people, problem details for programs.
handler400 = "earlyhelp.api.problems.bad_request"
handler403 = "earlyhelp.api.problems.not_allowed"
handler404 = "earlyhelp.api.problems.not_found"
handler500 = "earlyhelp.api.problems.server_error"
