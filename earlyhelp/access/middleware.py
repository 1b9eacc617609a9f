"""One way in: session, second factor, agency, context, declared access, view.

A program at an address of the API brings a key in place of the session; from the context on it goes the same way.
"""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.module_loading import import_string

from earlyhelp.access.context import begin_request, clear_request
from earlyhelp.access.declare import Declaration
from earlyhelp.api.door import actor_of_key, brings_key
from earlyhelp.api.problems import is_for_programs, problem


class UndeclaredView(PermissionDenied):
    """A view that says nothing about who may use it. It is refused to everybody."""


class AccessMiddleware:
    """Open the request's transaction, set whose eyes the database sees through, and let only declared views run.

    The transaction is opened here and not by ATOMIC_REQUESTS alone, because a TemplateResponse renders after the
    view's own transaction has ended: the context would be gone and lists empty (access.md, trap 1).
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.load_actor = import_string(settings.ACCESS_ACTOR_FOR_REQUEST)
        self.has_second_factor = import_string(settings.ACCESS_SECOND_FACTOR)
        self.load_guest = import_string(settings.ACCESS_GUEST_FOR_REQUEST)
        # What somebody typed and sent too late is kept while they sign in.
        self.kept = import_module(settings.ACCESS_KEPT_WORDS)

    def __call__(self, request):
        with transaction.atomic():
            request.actor = None
            if brings_key(request):
                found = actor_of_key(request)
                if isinstance(found, HttpResponse):
                    return found
                # Whoever the cookie may belong to: the key speaks.
                request.actor, request.user = found, found.user
            elif request.user.is_authenticated and self.has_second_factor(request):
                request.actor = self.load_actor(request)
            if request.actor:
                begin_request(request.actor.user.pk, request.actor.membership.pk)
            else:
                clear_request()
            response = self.get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response = response.render()
            if response.status_code >= 500:
                transaction.set_rollback(True)
            elif connection.savepoint_ids and not connection.needs_rollback:
                # Inside somebody else's transaction (a test's): ours ends with it, so the context is put away by hand.
                clear_request()
        return response

    def process_view(self, request, view, args, kwargs):
        declared = getattr(view, "access", None)
        if not isinstance(declared, Declaration):
            raise UndeclaredView(f"{view.__module__}.{getattr(view, '__name__', view)} declares no access")
        if declared.is_guest:
            return self._as_guest(request, declared)
        if declared.is_public:
            return None
        if is_for_programs(request):
            return self._refuse_program(request, declared)
        if not request.user.is_authenticated:
            return self.kept.to_sign_in(request)
        if declared.needs_second_factor and not self.has_second_factor(request):
            self.kept.hold(request)
            return redirect(settings.SECOND_FACTOR_URL)
        if not declared.needs_agency:
            return None
        if request.actor is None:
            self.kept.hold(request)
            return redirect(settings.CHOOSE_AGENCY_URL)
        if not any(request.actor.may(permission) for permission in declared.permissions):
            wanted = declared.permissions[0].value
            raise PermissionDenied(
                f"Your role does not let you {wanted}. If you need to, ask your agency's lead or the Early Help hub."
            )
        self.kept.give_back(request)
        return None

    def _as_guest(self, request, declared: Declaration):
        """On a guest's pages every account is nobody, and everywhere else a guest's session counts for nothing."""
        request.user, request.actor, request.guest = AnonymousUser(), None, None
        clear_request()
        if declared.is_public:
            return None
        request.guest = self.load_guest(request)
        return None if request.guest else redirect(settings.GUEST_OVER_URL)

    @staticmethod
    def _refuse_program(request, declared: Declaration):
        """The same questions at an address of the API: a program is told what is wrong and sent nowhere."""
        if request.actor is None:
            return problem(401)
        if not any(request.actor.may(permission) for permission in declared.permissions):
            return problem(403, f"Your role does not let you {declared.permissions[0].value}.")
        return None
