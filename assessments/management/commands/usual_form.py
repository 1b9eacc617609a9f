"""`manage.py usual_form HUB FORM`: the form that is chosen beforehand when a family of this hub is registered."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from assessments.models import FormVersion
from hubs.models import Hub


class Command(BaseCommand):
    help = "Choose the form that is preselected for families of one hub. `list_forms` lists the codes of forms."

    def add_arguments(self, parser):
        parser.add_argument("hub", help="the code of a hub")
        parser.add_argument("form", help="the code of a form in use")

    def handle(self, *args, **options):
        if not FormVersion.objects.published().filter(code=options["form"]).exists():
            raise CommandError(f"No form {options['form']!r} is in use. `list_forms` lists those that are.")
        if not Hub.objects.filter(code=options["hub"]).update(usual_form=options["form"]):
            raise CommandError(f"There is no hub with the code {options['hub']!r}.")
        self.stdout.write(f"{options['form']} is the usual form of {options['hub']}.")
