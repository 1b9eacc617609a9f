from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = "Assessments"

    def ready(self) -> None:
        from assessments.listeners import listen
        from assessments.quality import waiting as quality

        listen()
        quality.listen()
