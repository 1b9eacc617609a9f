"""What a question may be filled in from. Two questions with the same name ask for the same thing, in whatever form.

"previous" is the same question of an earlier assessment, or the question about the same domain item in another
form. Names with a dot are shared by all forms: an answer to one such question answers the others. Some of them
are also read from the record itself (`assessments.known.record`).
"""

from __future__ import annotations

PREFILLS: dict[str, str] = {
    "previous": "The same question in an earlier assessment",
    "person.first_language": "First language, from the person’s details",
    "person.school": "School, nursery or college, from the person’s details",
    "person.role": "What they are to the children, from the person’s details",
    "person.responsibility": "Parental responsibility, from the person’s details",
    "person.lives_here": "Whether they live in the home, from the person’s details",
    "person.interpreter": "Whether an interpreter is needed, from the person’s details",
    "person.faith": "Faith or culture, from any form",
    "person.disabled": "Whether they have a disability, from any form",
    "person.disability": "Which disability, from any form",
    "person.carer": "Whether they look after somebody, from any form",
    "person.carer_detail": "Whom they look after, from any form",
    "person.gp": "GP practice, from any form",
    "person.work": "Work, training or education, from any form",
    "person.help_wanted": "What help they want for themselves, from any form",
    "family.strengths": "What is going well, from the family’s record",
    "family.coped": "What the family has got through, from any form",
    "family.network": "Whom the family can turn to, from any form",
    "family.important": "Other people who matter to the children, from any form",
    "family.contact_limits": "Whom the children may not see, from any form",
    "family.everyday_services": "Everyday services that know the family, from any form",
    "family.past_help": "Help the family had before, from any form",
    "family.home_kind": "What kind of home it is, from any form",
    "family.situation": "The family and home situation, from any form",
    "case.services": "Who works with the family, from the Team Around the Family and the directory",
    "plan.outcomes": "What is to be different, from the plan",
    "notes.voice": "The person’s own words on the timeline",
    "assessment.last": "The day on which the last assessment was signed off or started",
}
