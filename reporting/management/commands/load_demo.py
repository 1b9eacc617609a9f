"""manage.py load_demo: the invented county, into the demo's database."""

from pathlib import Path
from time import monotonic

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from earlyhelp.accounts.demo import personas_file
from reporting.demo.board import publish_reports
from reporting.demo.load import load
from reporting.demo.looking_after import look_after
from reporting.demo.practising import practise


class Command(BaseCommand):
    help = "Fill the demo's database with an invented county of the last two years. Does nothing the second time."

    def add_arguments(self, parser):
        parser.add_argument(
            "--families", type=int, default=200, help="how many families beside the written stories"
        )
        parser.add_argument(
            "--sign-ins", type=Path, default=None, help="where the table of people to sign in as goes"
        )

    def handle(self, *args, families, sign_ins, **options):
        if not settings.EH_DEMO:
            raise CommandError(
                "load_demo fills a database with invented people. It runs only with the demo's settings."
            )
        began = monotonic()
        found = load(families=families, sign_ins=sign_ins or personas_file())
        published = publish_reports()
        look_after()
        practise()
        if options["verbosity"]:
            words = "Already loaded" if found.was_there else "Loaded"
            self.stdout.write(
                f"{words}: {found.cases} cases of {found.families} families, {found.notes} notes, "
                f"{found.people_with_accounts} people with accounts, {published} reports published now "
                f"({monotonic() - began:.1f} s)."
            )
