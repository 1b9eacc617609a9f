"""Addresses of joining, covering and handing on, and of volunteers' pages."""

from django.urls import path

from cases.joining.views import asking, covering, handing_on, volunteering

urlpatterns = [
    path("joining/", asking.mine, name="join-mine"),
    path("joining/ask/", asking.ask, name="join-ask"),
    path("joining/<uuid:pk>/take-back/", asking.take_back, name="join-take-back"),
    path("families/<slug:reference>/team/joining/<uuid:pk>/", asking.decide, name="join-decide"),
    path("cover/", covering.cover, name="cover"),
    path("cover/for/<int:pk>/", covering.cover_for, name="cover-for"),
    path("cover/<uuid:pk>/", covering.cover_one, name="cover-one"),
    path("cover/<uuid:pk>/take-back/", covering.cover_take_back, name="cover-take-back"),
    path("cover/<uuid:pk>/end/", covering.cover_end, name="cover-end"),
    path("colleagues/", handing_on.colleagues, name="colleagues"),
    path("colleagues/<int:pk>/", handing_on.colleague, name="colleague"),
    path("helping/<slug:reference>/", volunteering.family, name="helping"),
    path("helping/<slug:reference>/tasks/<uuid:task>/", volunteering.own_task, name="helping-task"),
]
