from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand

from earlyhelp.api.schema import description_in_yaml


class Command(BaseCommand):
    help = "Write the API's description (OpenAPI) to docs/api.yaml."

    def handle(self, *args, **options):
        path = Path(settings.BASE_DIR) / "docs" / "api.yaml"
        path.write_text(description_in_yaml())
        self.stdout.write(f"{path} written.")
