"""Addresses for finding a time: of a family's record, where e-mails lead, and behind a link."""

from django.urls import path

from cases.scheduling import link_views, views

R = "families/<slug:reference>/meetings/"
M = R + "<uuid:pk>/"

urlpatterns = [
    path("meetings/<uuid:pk>/", views.go, name="meeting-go"),
    path(R + "propose/", views.propose, name="meeting-propose"),
    path(M + "times/", views.times, name="meeting-times"),
    path(M + "times/more/", views.times_more, name="meeting-times-more"),
    path(M + "times/answer/<uuid:invitation>/", views.times_answer, name="meeting-times-answer"),
    path(M + "times/<uuid:proposed>/choose/", views.times_choose, name="meeting-times-choose"),
    path(M + "link/<uuid:invitation>/", views.link, name="meeting-link"),
    path(M + "series/", views.series, name="meeting-series"),
    path("invited/", link_views.invited, name="invited"),
    path("invited/meeting.ics", link_views.calendar, name="invited-calendar"),
    path("invited/link/<str:token>/", link_views.open_link, name="invited-open"),
]
