from django.apps import AppConfig


class AssessmentsConfig(AppConfig):
    name = "assessments"
    verbose_name = "Assessments"

    def ready(self) -> None:
        from assessments.family.thresholds import guides
        from assessments.listeners import listen
        from assessments.quality import waiting as quality
        from assessments.sent import assessments_sent
        from cases import guidance, pack

        listen()
        quality.listen()
        if guides not in guidance.providers:
            guidance.providers.append(guides)
        if assessments_sent not in pack.contributors:
            pack.contributors.append(assessments_sent)
