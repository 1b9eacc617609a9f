"""The information sharing agreement for programs: the live version as the draft national sharing policy."""

from django.http import Http404
from django.urls import path, reverse
from rest_framework import serializers
from rest_framework.response import Response

from earlyhelp.access import Permission
from earlyhelp.api.base import Endpoint, address
from earlyhelp.api.schema import documented
from earlyhelp.audit import record_look
from hubs.models import Agreement
from hubs.sharing_policy import write_policy
from hubs.terms import terms_of

TAGS = ("Agreement",)


class PolicyShape(serializers.Serializer):
    """A sharing policy in the shape of the draft national metadata (version 0.1), and beside it what it cannot say."""

    SharingPolicy = serializers.DictField(
        help_text="URI, Identifier, Name, Party, Data, Purpose, StartDate and so on."
    )
    EarlyHelp = serializers.DictField(
        help_text="Version, ReviewDate, Matrix (who receives what for what), LawfulBasis."
    )


class SharingAgreement(Endpoint):
    permissions = (Permission.AGREEMENT_READ,)

    @documented(
        "Read the agreement",
        PolicyShape,
        refusals=(404,),
        tags=TAGS,
        description="The version in force today.",
    )
    def get(self, request):
        live = Agreement.objects.live()
        if live is None:
            raise Http404
        record_look(self.actor, "Read the agreement", level="results", version=live.version)
        uri = address(reverse("api-agreement"))
        return Response(write_policy(terms_of(live), version=live.version, uri=uri))


urlpatterns = [path("agreement/", SharingAgreement.as_view(), name="api-agreement")]
