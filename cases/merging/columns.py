"""Every column that names a person or a family, and what a merge does with it. A test compares it with the models.

The database finds the columns in its own catalogue (`app.merge_columns`), so that none is forgotten; here somebody
has said of each that moving it is right. `MOVES`: the row names the kept record from then on. `STAYS`: it tells what
was said or done about the record as it was.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import models

from cases.models import Family, Person

MOVES = {
    "assessments.Considered.person",
    "assessments.Correction.other_person",
    "assessments.Correction.person",
    "assessments.DifferingView.person",
    "assessments.DifferingView.speaker",
    "assessments.Need.person",
    "assessments.NoNeeds.person",
    "assessments.Score.person",
    "assessments.Score.rater_person",
    "assessments.Section.person",
    "assessments.Voice.person",
    "assessments.Voice.speaker",
    "cases.Action.owner_person",
    "cases.ActionPast.owner_person",
    "cases.Address.family",
    "cases.Address.hidden_from",
    "cases.Address.person",
    "cases.Case.family",
    "cases.AgendaItem.about",
    "cases.CaseNote.about",
    "cases.Consent.given_by",
    "cases.Consent.person",
    "cases.DecidesForSelf.person",
    "cases.Document.about",
    "cases.Family.merged_into",
    "cases.Guest.agreed_by",
    "cases.Invitation.person",
    "cases.Outcome.person",
    "cases.OutcomeScore.rater_person",
    "cases.PanelOffer.answered_person",
    "cases.PanelRequest.agreed_person",
    "cases.Person.family",
    "cases.Person.merged_into",
    "cases.RecordLink.one_family",
    "cases.RecordLink.one_person",
    "cases.RecordLink.other_family",
    "cases.RecordLink.other_person",
    "cases.Relationship.person",
    "cases.Relationship.to_person",
    "cases.StaffRelation.person",
    "reporting.PossibleDuplicate.other_person",
    "reporting.RegisterRow.person",
    "reporting.RetentionHold.family",
    "reporting.RetentionReview.family",
}
STAYS = {
    "cases.Merge.gone_family",
    "cases.Merge.kept_family",
    "cases.MergePair.gone",
    "cases.MergePair.kept",
    # What a request that was answered had found.
    "reporting.SubjectLink.person",
}


def found_in_models() -> Iterator[tuple[str, models.ForeignKey]]:
    """Every foreign key to a person or a family: ("app.Model.field", the field)."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model in (Person, Family):
                yield f"{model._meta.label}.{field.name}", field
