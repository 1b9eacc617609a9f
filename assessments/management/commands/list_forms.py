"""`manage.py list_forms`: the county's assessment forms, their versions, sections and numbers of questions."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from assessments.models import FormStatus, FormVersion
from assessments.spec import FormSpec, UnsoundForm
from earlyhelp.web.templatetags.eh import plural
from hubs.models import Hub


class Command(BaseCommand):
    help = "List every assessment form: code, version, status, then its sections with the number of questions in each."

    def add_arguments(self, parser):
        parser.add_argument("--code", default="", help="only this form")

    def handle(self, *args, **options):
        versions = FormVersion.objects.order_by("code", "version")
        if options["code"]:
            versions = versions.filter(code=options["code"])
        usual = dict(Hub.objects.open().values_list("name", "usual_form"))
        for version in versions:
            hubs = sorted(name for name, code in usual.items() if code == version.code)
            self._tell(version, hubs if version.status == FormStatus.PUBLISHED else [])

    def _tell(self, version: FormVersion, hubs: list[str]) -> None:
        since = f" since {version.published_on:%d/%m/%Y}" if version.published_on else ""
        status = version.get_status_display().lower()
        self.stdout.write(f"{version.code} v{version.version}, {status}{since}: {version.title}")
        try:
            form = version.form
        except UnsoundForm as unsound:
            self.stdout.write(f"  cannot be used yet: {plural(len(unsound.problems), 'thing')} to put right")
            return
        self.stdout.write(f"  {plural(len(form.sections), 'section')}, {_questions(form)}")
        if hubs:
            self.stdout.write(f"  usual form of {', '.join(hubs)}")
        for section in form.sections:
            asked = sum(len(part.questions) for part in section.parts)
            self.stdout.write(f"  {section.number:>3}. {section.title}: {plural(asked, 'question')}")
        for stage in form.stages:
            kind = "working day" if stage.working else "day"
            self.stdout.write(f"  clock: {stage.title}, {plural(stage.days, kind)} after {stage.after}")


def _questions(form: FormSpec) -> str:
    return plural(sum(1 for _ in form.every_question()), "question")
