"""What the API says about a family, and what it takes. Views hand over what the reader may see."""

from __future__ import annotations

from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from cases.models import CaseNote, NoteKind
from cases.models.case import CaseStatus
from cases.models.document import DocumentStatus
from cases.models.meeting import MeetingKind, MeetingStatus
from cases.models.people import Sex
from cases.models.plan import ActionStatus, OutcomeStatus, ReviewDecision
from cases.models.sharing import ConsentAnswer, ConsentMethod, LawfulBasis
from earlyhelp.api.base import Choice, Flag, Moment, Number, Strict, Text, Uuid
from hubs.models import Category

WRITTEN_KINDS = [choice for choice in NoteKind.choices if choice[0] != NoteKind.EVENT]
MOST_WORDS = 20_000  # signs of a note's body


class Coded(serializers.Serializer):
    """A number with its words."""

    number = serializers.IntegerField()
    name = serializers.CharField()


class Page(serializers.Serializer):
    """One page of a list. `next` is the address of the next one, or null."""

    page = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)


class FamilyInList(serializers.Serializer):
    reference = serializers.CharField()
    name = serializers.CharField()
    hub = serializers.CharField()
    level = Coded(allow_null=True)
    status = serializers.ChoiceField(CaseStatus.choices)
    lead = serializers.CharField(help_text="The lead professional; empty when nobody leads.")
    next_review_on = serializers.DateField(allow_null=True)
    latest = serializers.CharField(help_text="What happened last, in a few words.")
    updated_at = serializers.DateTimeField()


class FamilyPage(Page):
    total = serializers.IntegerField()
    is_capped = serializers.BooleanField(help_text="Whether there are more than `total`.")
    results = FamilyInList(many=True)


class PersonShape(serializers.Serializer):
    """Somebody of the family, as far as they agreed that the reader knows. NHS and pupil numbers are left out."""

    id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    known_as = serializers.CharField()
    born_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    sex = serializers.ChoiceField(Sex.choices)
    is_child = serializers.BooleanField()
    lives_with_family = serializers.BooleanField()
    role_in_household = serializers.CharField()
    school = serializers.CharField()
    language = serializers.CharField()
    interpreter_needed = serializers.BooleanField()
    phone = serializers.CharField()
    contact_advice = serializers.CharField()


class AddressShape(serializers.Serializer):
    """Where they live. A confidential address has no lines and no postcode until it is asked for, which is recorded."""

    id = serializers.UUIDField()
    person = serializers.UUIDField(
        source="person_id", allow_null=True, help_text="Null for the family's home."
    )
    is_confidential = serializers.BooleanField()
    is_masked = serializers.BooleanField()
    lines = serializers.SerializerMethodField()
    postcode = serializers.SerializerMethodField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)

    def get_lines(self, address) -> str | None:
        return None if address.is_masked else address.lines

    def get_postcode(self, address) -> str | None:
        return None if address.is_masked else address.postcode


class Seat(serializers.Serializer):
    """One professional on the team."""

    name = serializers.CharField(source="membership.user.full_name")
    job_title = serializers.CharField(source="membership.job_title")
    agency = serializers.CharField(source="membership.agency.name")
    helps_with = serializers.CharField()
    is_lead = serializers.BooleanField()
    starts_on = serializers.DateField()


class Lead(serializers.Serializer):
    name = serializers.CharField(source="membership.user.full_name")
    agency = serializers.CharField(source="membership.agency.name")
    from_at = serializers.DateTimeField()


class FamilyShape(serializers.Serializer):
    reference = serializers.CharField()
    name = serializers.CharField(source="family.name")
    hub = serializers.CharField(source="hub.name")
    level = Coded(allow_null=True)
    status = serializers.ChoiceField(CaseStatus.choices)
    opened_on = serializers.DateField()
    closed_on = serializers.DateField(allow_null=True)
    next_review_on = serializers.DateField(allow_null=True)
    strengths = serializers.CharField(source="family.strengths")
    lead = Lead(allow_null=True, source="lead_now")
    team = Seat(many=True, source="team_now")
    people = PersonShape(many=True, source="people_seen")
    addresses = AddressShape(many=True, source="addresses_seen")


class NoteShape(serializers.Serializer):
    """One entry of the timeline."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(NoteKind.choices)
    category = serializers.ChoiceField(Category.choices)
    title = serializers.CharField()
    body = serializers.CharField()
    how_asked = serializers.CharField()
    happened_at = serializers.DateTimeField()
    about = serializers.SerializerMethodField()
    author = serializers.SerializerMethodField()
    agency = serializers.SerializerMethodField()

    def get_about(self, note: CaseNote) -> str | None:
        """The person it is about, if the reader may know of them."""
        return str(note.about.pk) if note.about else None

    def get_author(self, note: CaseNote) -> str | None:
        return note.author.user.full_name if note.author else None

    def get_agency(self, note: CaseNote) -> str | None:
        return note.agency.name if note.agency else None


class NotePage(Page):
    results = NoteShape(many=True)


class NewNote(Strict):
    """An entry for the timeline, as the page's form takes it."""

    kind = Choice(WRITTEN_KINDS)
    title = Text(max_length=160)
    body = Text(max_length=MOST_WORDS, required=False, default="", allow_blank=True)
    category = Choice(Category.choices, required=False, default=Category.FAMILY)
    happened_at = Moment(required=False, help_text="Now, when it is left out. Not in the future.")
    about = Uuid(required=False, help_text="A person of the family; leave it out for the whole family.")
    how_asked = Text(max_length=120, required=False, default="", allow_blank=True)
    not_for = serializers.ListField(
        child=Number(min_value=1, max_value=2**31 - 1),
        required=False,
        max_length=50,
        help_text="Numbers of agencies on the team that must not see this.",
    )
    keep_address = Flag(
        required=False,
        default=False,
        help_text="True when you were told that your words hold an address that is kept secret, and they must stay.",
    )

    def validate_happened_at(self, value):
        if value > timezone.now():
            raise ValidationError("This is in the future.")
        return value


class ScoreShape(serializers.Serializer):
    rater = serializers.CharField()
    value = serializers.IntegerField(help_text="0 to 10.")
    scored_on = serializers.DateField()


class ActionShape(serializers.Serializer):
    id = serializers.UUIDField()
    what = serializers.CharField()
    owner = serializers.CharField(source="owner_name")
    due_on = serializers.DateField()
    status = serializers.ChoiceField(ActionStatus.choices)
    is_overdue = serializers.BooleanField()
    category = serializers.ChoiceField(Category.choices)
    why_not = serializers.CharField()


class OutcomeShape(serializers.Serializer):
    id = serializers.UUIDField()
    person = serializers.SerializerMethodField()
    category = serializers.ChoiceField(Category.choices)
    what_will_be_different = serializers.CharField()
    how_we_will_know = serializers.CharField()
    theme = serializers.CharField(help_text="The headline outcome that it counts towards; empty when none is named.")
    target = serializers.IntegerField(allow_null=True, help_text="The score aimed at, 1 to 10; null when none is set.")
    status = serializers.ChoiceField(OutcomeStatus.choices)
    scores = ScoreShape(many=True, source="scores_in_order")
    actions = ActionShape(many=True, source="actions_seen")

    def get_person(self, outcome) -> str | None:
        """Whom it is for; null for the whole family, and for somebody whom the reader may not know of."""
        return str(outcome.person.pk) if outcome.person else None


class ReviewShape(serializers.Serializer):
    reviewed_on = serializers.DateField()
    summary = serializers.CharField()
    decision = serializers.ChoiceField(ReviewDecision.choices)
    next_review_on = serializers.DateField(allow_null=True)


class PlanShape(serializers.Serializer):
    outcomes = OutcomeShape(many=True)
    ended_outcomes = OutcomeShape(many=True, source="ended")
    other_actions = ActionShape(many=True, source="loose")
    reviews = ReviewShape(many=True)


class MeetingShape(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.ChoiceField(MeetingKind.choices)
    title = serializers.CharField()
    purpose = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    place = serializers.CharField()
    chair = serializers.CharField(source="chair.user.full_name")
    status = serializers.ChoiceField(MeetingStatus.choices)
    invited = serializers.IntegerField()
    accepted = serializers.IntegerField()


class MeetingPage(Page):
    results = MeetingShape(many=True)


class DocumentShape(serializers.Serializer):
    """A file's particulars. `file` is where it can be fetched; null while it is being checked."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    file_name = serializers.CharField(source="original_name")
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    category = serializers.ChoiceField(Category.choices)
    status = serializers.ChoiceField(DocumentStatus.choices)
    uploaded_by = serializers.SerializerMethodField()
    uploaded_at = serializers.DateTimeField()
    series = serializers.UUIDField(
        source="series_id", help_text="What versions of one document share; the newest is listed first."
    )
    version_note = serializers.CharField(help_text="What is different in this version.")
    file = serializers.URLField(allow_null=True)

    def get_uploaded_by(self, document) -> str | None:
        return document.uploaded_by.user.full_name if document.uploaded_by else None


class DocumentPage(Page):
    results = DocumentShape(many=True)


class Sight(serializers.Serializer):
    """Whether an agency sees one category, and why (not)."""

    category = serializers.ChoiceField(Category.choices)
    sees = serializers.BooleanField()
    why = serializers.CharField()


class WhoSees(serializers.Serializer):
    """One agency, or the hub: who in it, what they see, until when."""

    name = serializers.CharField()
    people = serializers.ListField(child=serializers.CharField())
    sees = Sight(many=True)
    ends_on = serializers.DateField(source="ends", allow_null=True)
    ends_why = serializers.CharField()


class ConsentShape(serializers.Serializer):
    """One answer of one person about one agency; category null means everything the agreement allows."""

    person = serializers.UUIDField(source="person_id")
    agency = serializers.CharField(source="agency.name")
    category = serializers.ChoiceField(Category.choices, allow_null=True)
    answer = serializers.ChoiceField(ConsentAnswer.choices)
    status = serializers.CharField(help_text="given, refused, withdrawn, replaced, resolved or expired.")
    method = serializers.ChoiceField(ConsentMethod.choices)
    given_on = serializers.DateField()
    valid_until = serializers.DateField(allow_null=True)
    given_by_another = serializers.SerializerMethodField()

    def get_given_by_another(self, consent) -> bool:
        return consent.given_by_id is not None


class LawfulShape(serializers.Serializer):
    """Sharing without consent, with its basis."""

    agency = serializers.CharField(source="agency.name")
    basis = serializers.ChoiceField(LawfulBasis.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    family_told = serializers.BooleanField()


class SharingShape(serializers.Serializer):
    who_can_see = WhoSees(many=True)
    answers = ConsentShape(many=True)
    without_consent = LawfulShape(many=True)
