"""Addresses of families' records. A reference is no secret and no name: what is behind it is checked each time."""

from django.urls import path

from cases import urls_guest, urls_plan, urls_protect, urls_sharing, urls_steps
from cases.joining import urls as urls_joining
from cases.merging import urls as urls_merging
from cases.panels import urls as urls_panels
from cases.scheduling import urls as urls_scheduling
from cases.views import access_log, close, find, history, record, team, work

urlpatterns = [
    path("", work.home, name="home"),
    path("my-work/", work.my_work, name="my-work"),
    path("families/", find.find_family, name="find-family"),
    path("families/list/", work.family_list, name="family-list"),
    path("families/<slug:reference>/", record.overview, name="record-overview"),
    path("families/<slug:reference>/strengths/", record.strengths, name="record-strengths"),
    path("families/<slug:reference>/people/", record.people, name="record-people"),
    path("families/<slug:reference>/people/add/", record.person_add, name="record-person-add"),
    path("families/<slug:reference>/people/<uuid:pk>/", record.person_change, name="record-person-change"),
    path(
        "families/<slug:reference>/addresses/<uuid:pk>/show/", record.address_show, name="record-address-show"
    ),
    path("families/<slug:reference>/people/related/", record.relationship_add, name="record-relationship-add"),
    path("families/<slug:reference>/addresses/add/", record.address_add, name="record-address-add"),
    path("families/<slug:reference>/timeline/", record.timeline, name="record-timeline"),
    path("families/<slug:reference>/timeline/add/", record.note_add, name="record-note"),
    path("families/<slug:reference>/team/", team.team, name="record-team"),
    path("families/<slug:reference>/team/<uuid:pk>/", team.place, name="record-team-place"),
    path("families/<slug:reference>/team/<uuid:pk>/leave/", team.leave, name="record-team-leave"),
    path("families/<slug:reference>/team/missing/", team.missing, name="record-team-missing"),
    path("families/<slug:reference>/history/", history.history, name="record-history"),
    path("families/<slug:reference>/close/", close.close, name="record-close"),
    path("access-log/", access_log.access_log, name="access-log"),
    path("access-log/export/", access_log.access_log_export, name="access-log-export"),
    *urls_sharing.urlpatterns,
    *urls_plan.urlpatterns,
    *urls_steps.urlpatterns,
    *urls_protect.urlpatterns,
    *urls_guest.urlpatterns,
    *urls_merging.urlpatterns,
    *urls_joining.urlpatterns,
    *urls_panels.urlpatterns,
    *urls_scheduling.urlpatterns,
]
