"""The facts a register can hold, and the headings under which counties keep them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One fact of a register row.

    `kind` is how its text is read: text, date or code. A `joined` field may come from several columns
    (address lines, need 1 to need 3); every other field comes from one column at most. `weaker` headings mean it when
    no other column of the file says so more clearly.
    """

    key: str
    label: str
    kind: str = "text"
    joined: bool = False
    synonyms: tuple[str, ...] = ()
    weaker: tuple[str, ...] = ()


# Synonyms are written as `mapping.plain_heading` leaves them: lower case, letters and figures only, one space.
FIELDS: tuple[Field, ...] = (
    Field("reference", "Reference", synonyms=(
        "eha ref", "eha reference", "ref", "reference", "ref no", "reference number", "reference no",
        "case ref",
        "case reference", "case no", "case number", "caf no", "caf number", "caf ref", "caf reference",
        "caf id",
        "kfsf no", "kfsf ref", "kfsf reference", "kfsf number", "kfsf id", "notification no",
        "notification number",
        "notification ref", "assessment ref", "assessment id", "assessment number", "eha id", "eha number",
        "eha no",
        "unique ref", "unique reference", "unique id", "urn", "record id", "record no", "id", "case id",
        "ecaf id",
        "ecaf no", "file no", "serial no", "system id", "eha unique reference", "log no", "register no",
        "registration number", "registration no",
    )),
    Field("surname", "Child’s surname", synonyms=(
        "child surname", "surname", "last name", "family name", "lastname", "childs surname", "child last name",
        "surname of child", "yp surname", "young person surname", "pupil surname", "legal surname",
        "child family name",
        "childs last name", "child yp surname", "surname child", "child lastname", "family surname",
    )),
    Field("forenames", "Child’s forenames", synonyms=(
        "child forename s", "child forename", "child forenames", "forename", "forenames", "forename s",
        "first name",
        "firstname", "given name", "given names", "christian name", "childs first name", "childs forename",
        "child first name", "yp forename", "young person first name", "pupil forename", "legal forename",
        "first names",
        "first name s", "child given name", "forename child", "name first", "yp first name", "child firstname",
    )),
    Field("middle_names", "Child’s middle names", synonyms=(
        "middle name", "middle names", "other names", "second name", "middle name s", "child middle name",
    )),
    Field("known_as", "Known as", synonyms=(
        "known as", "preferred name", "likes to be called", "alias", "aka", "preferred first name",
        "preferred forename",
        "nickname", "also known as",
    )),
    Field("full_name", "Child’s full name", synonyms=(
        "child name", "name", "full name", "childs name", "name of child", "child", "child young person",
        "child or young person", "young person", "name of young person", "pupil name", "subject name",
        "client name",
        "child full name", "childs full name", "child young person name", "name of child young person",
        "subject",
        "surname forename", "surname and forename", "yp name", "name of yp", "pupil", "child yp name", "client",
    )),
    Field("born_on", "Date of birth", kind="date", synonyms=(
        "dob", "d o b", "date of birth", "birth date", "birthdate", "child dob", "childs dob",
        "child date of birth",
        "born", "dob edd", "dob or edd", "date of birth edd", "date of birth due date", "birthday",
        "child d o b",
        "date born", "childs date of birth", "dob due date", "yp dob", "pupil dob",
    )),
    Field("sex", "Gender", kind="code", synonyms=(
        "gender", "sex", "m f", "male female", "child gender", "childs gender", "gender m f", "sex m f",
        "child sex",
        "gender identity", "gender code", "sex at birth",
    )),
    Field("ethnicity", "Ethnicity", kind="code", synonyms=(
        "ethnicity", "ethnic origin", "ethnic group", "ethnicity code", "ethnic code", "child ethnicity",
        "childs ethnicity", "ethnic background", "ethnic", "ethnicity description",
    )),
    Field("upn", "UPN", synonyms=(
        "upn", "unique pupil number", "pupil number", "upn no", "pupil upn", "upn number", "unique pupil no",
    )),
    Field("nhs_number", "NHS number", synonyms=(
        "nhs no", "nhs number", "nhs", "nhs num", "nhsno", "child nhs number", "nhs id", "nhsnumber",
    )),
    Field("address", "Address", joined=True, synonyms=(
        "address", "home address", "address line 1", "address line 2", "address line 3", "address 1",
        "address 2",
        "address 3", "address1", "address2", "address3", "town", "village", "city", "street", "house no",
        "house number",
        "child address", "family address", "house name", "house name or number", "current address",
        "childs address",
        "addr", "add1", "add2", "add3", "post town", "address line 4", "address 4", "address4",
    )),
    Field("postcode", "Postcode", synonyms=(
        "postcode", "post code", "p code", "home postcode", "child postcode", "family postcode", "pcode", "pc",
        "postal code", "zip",
    )),
    Field("district", "District or hub", synonyms=(
        "district", "hub", "area", "locality", "locality team", "cluster", "district hub", "early help hub",
        "hub area",
        "patch", "team area", "district team", "area team", "early help unit", "district of residence",
        "la district",
        "borough", "district council", "locality area", "district or hub", "quadrant", "early help district",
        "district area", "home district", "hub name", "early help area", "unit",
    )),
    Field("registered_on", "Date registered", kind="date", weaker=(
        "assessment date", "date of assessment", "caf date", "eha date", "kfsf date", "date of kfsf", "date",
    ), synonyms=(
        "date registered", "registered", "registered on", "registration date", "date started", "start date",
        "date initiated", "initiated", "initiation date", "date opened", "open date", "opened", "date received",
        "received", "date notified", "notification date", "date of notification", "caf start date",
        "caf started",
        "date caf started", "eha start date", "date eha started", "date eha registered", "eha registered",
        "kfsf notification date", "kfsf start date", "date of registration", "date caf registered",
        "caf registered",
        "date logged", "logged", "date of caf", "date of eha", "date caf initiated", "eha initiated",
        "assessment started",
        "assessment start date", "date assessment started", "date assessment began", "started",
        "date caf opened",
        "intent registered", "date intent registered", "date kfsf started", "start", "date kfsf notified",
        "date notification received", "notified", "assessment opened", "date assessment registered",
        "caf initiated",
        "date begun", "notification received", "case start date", "case opened", "registered date", "opened on",
        "referral date", "date of referral", "date referred", "eh start date", "date initiated registered",
    )),
    Field("completed_on", "Date completed", kind="date", weaker=("completion", "date agreed", "finish"), synonyms=(
        "date completed", "completed", "completed on", "completion date", "assessment completed",
        "caf completed",
        "date caf completed", "date eha completed", "eha completed", "date assessment completed",
        "date of completion",
        "caf completion date", "assessment complete", "date complete", "date signed off", "signed off",
        "assessment completion date", "kfsf completed", "date kfsf completed", "kfsf completion date",
        "eha completion date", "completed date", "date assessment complete", "assessment end date",
        "date plan agreed", "plan agreed", "date assessment finished", "assessment finished", "finished",
        "complete",
        "kfsf assessment completed", "date caf complete", "assessment signed off", "date finished",
    )),
    Field("assessor_role", "Assessor’s role", synonyms=(
        "assessor role", "role", "job title", "initiator role", "role of assessor", "practitioner role",
        "assessor job title",
        "completed by role", "author role", "profession", "professional role", "assessors role", "job role",
        "assessor post", "designation", "role of practitioner", "initiated by role", "registered by role",
        "raised by role",
        "post", "role of person completing", "assessor profession", "notifier role", "role of notifier",
    )),
    Field("assessor_name", "Assessor’s name", synonyms=(
        "assessor", "assessor name", "completed by", "practitioner", "practitioner name", "name of assessor",
        "author",
        "caf author", "initiator", "initiated by", "registered by", "caf assessor", "notifier", "notified by",
        "name of practitioner", "raised by", "caf initiator", "assessed by", "assessors name",
        "professional name",
        "kfsf author", "eha author",
    )),
    Field("agency", "Agency", kind="code", weaker=("referrer", "referred by", "team"), synonyms=(
        "agency", "organisation", "organization", "assessor agency", "initiating agency", "agency name",
        "service",
        "source", "source agency", "referring agency", "referrer agency", "agency of assessor",
        "organisation name",
        "assessing agency", "initiator agency", "employer", "referral source", "notifying agency",
        "referring organisation",
        "assessors agency", "agency initiating", "agency completing", "author agency", "assessor organisation",
        "initiated by agency", "notifier agency", "agency notifying", "caf agency", "source organisation",
        "school agency",
    )),
    Field("lead_agency", "Lead professional’s agency", kind="code", synonyms=(
        "lead professional agency", "lead agency", "lp agency", "lead practitioner agency",
        "lead worker agency",
        "agency of lead professional", "lead professional organisation", "lead professional service",
        "lead professional s agency", "lead professionals agency", "lead practitioner organisation",
        "lead organisation",
        "lead service", "lp organisation", "agency of lp", "agency of lead worker", "lead worker organisation",
        "lead worker service", "lead prof agency",
    )),
    Field("lead_name", "Lead professional", synonyms=(
        "lead professional", "lead worker", "lead practitioner", "lp", "lead professional name",
        "lead worker name",
        "lp name", "name of lead professional", "lead", "keyworker", "key worker", "lead practitioner name",
        "name of lead worker", "name of lp", "lead prof", "lead prof name", "lead person",
    )),
    Field("level", "Level of need", kind="code", synonyms=(
        "level of need", "level", "tier", "need level", "threshold", "threshold level", "support level",
        "windscreen level",
        "level of support", "tier of need", "tier level", "kent support level", "level tier", "lon",
        "continuum level",
        "level of need 1 4", "current level", "initial level", "level at start", "tier at start",
    )),
    Field("needs", "Needs", kind="code", joined=True, synonyms=(
        "presenting needs", "needs", "need", "presenting need", "presenting issues", "issues", "reasons",
        "reason for caf",
        "reason for eha", "reason for assessment", "primary need", "secondary need", "need 1", "need 2",
        "need 3", "need 4",
        "main need", "concerns", "presenting concerns", "identified needs", "reason", "main presenting need",
        "themes",
        "presenting issue", "need1", "need2", "need3", "factors", "main issues", "main issue",
        "reason for notification",
        "reason for referral", "needs identified", "presenting problem", "area of need", "areas of need",
        "issue",
        "other needs", "other need", "primary issue", "secondary issue", "summary of need",
    )),
    Field("consent", "Consent", kind="code", synonyms=(
        "consent", "consent given", "consent y n", "consented", "consent obtained", "parental consent",
        "consent status",
        "family consent", "consent to share", "info sharing consent", "information sharing consent",
        "agreement",
        "agreed", "consent to assessment", "consent to share information", "consent signed", "permission",
        "parental agreement", "consent gained", "family agreed", "consent received", "consent y or n",
        "consent type",
    )),
    Field("closed_on", "Date closed", kind="date", weaker=("end", "caf end", "eha end", "outcome date"), synonyms=(
        "date closed", "closed", "closed on", "closure date", "end date", "date ended", "caf closed",
        "date caf closed",
        "eha closed", "case closed", "date case closed", "close date", "date of closure", "kfsf closed",
        "ended",
        "closed date", "date kfsf closed", "date eha closed", "caf end date", "kfsf closure date",
        "case closure date",
        "case end date", "finish date", "date of closing", "closing date", "eha closure date", "caf closure date",
    )),
    Field("closure_reason", "Closure reason", kind="code", synonyms=(
        "closure reason", "reason for closure", "reason closed", "closing reason", "outcome", "end reason",
        "close reason",
        "closure outcome", "outcome at closure", "reason for closing", "reason ended", "closed reason",
        "reason case closed",
        "closure code", "outcome of caf", "case outcome", "final outcome", "reason for ending", "why closed",
        "reason for case closure", "outcome on closure", "reason for end",
    )),
    Field("notes", "Notes", joined=True, synonyms=(
        "notes", "comments", "note", "comment", "remarks", "free text", "additional information",
        "other information",
        "notes comments", "general notes", "coordinator notes", "further information", "other info",
        "case notes",
        "coordinator comments", "observations", "misc", "admin notes", "any other information", "memo",
    )),
)

BY_KEY: dict[str, Field] = {field.key: field for field in FIELDS}
DATE_FIELDS: tuple[str, ...] = tuple(field.key for field in FIELDS if field.kind == "date")


def label_of(key: str) -> str:
    """The label people see for a field key."""
    return BY_KEY[key].label
