"""`manage.py create_administrator EMAIL --first-name NAME --last-name NAME`: the first system administrator."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from hubs.actions import NotAllowed, invite_first_administrator


class Command(BaseCommand):
    help = (
        "Invite the first system administrator, who then invites everybody else. An administrator manages accounts "
        "and sees no family."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("--first-name", required=True)
        parser.add_argument("--last-name", required=True)
        parser.add_argument(
            "--agency",
            default="System administration",
            help="Whom they work for. Made if there is no agency of this name: it takes part in no sharing.",
        )
        parser.add_argument(
            "--another",
            action="store_true",
            help="Go ahead although there is an administrator already, for instance when nobody can reach them.",
        )

    def handle(self, *, email, first_name, last_name, agency, another, **_options):
        try:
            invited = invite_first_administrator(
                email=email,
                first_name=first_name,
                last_name=last_name,
                agency_name=agency,
                although_another=another,
            )
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from None
        except NotAllowed as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(
            f"An invitation was sent to {email}. If it does not arrive, give them this link yourself. "
            f"It works once, until {invited.invitation.expires_at:%d %B %Y}:"
        )
        self.stdout.write(invited.link)
