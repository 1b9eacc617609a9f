"""The fixed lists of an assessment: the three domains of the Common Assessment Framework, and the needs that
are counted.

Domains and items: domain.md 1.2. Needs: Somerset Early Help Strategy 2016-19 p.8 (domain.md 2.1) and the
words found in its register. Codes are stored and counted, so none is ever renamed: an old one is left out of
`OFFERED_NEEDS` instead.
"""

from typing import NamedTuple


class Item(NamedTuple):
    """One item of a domain. `code` is what a form's question names."""

    code: str
    label: str


class Domain(NamedTuple):
    """One of the three sides of a child's life that an assessment looks at."""

    code: str
    label: str
    items: tuple[Item, ...]


DOMAINS = (
    Domain(
        "development",
        "Development of the unborn baby, infant, child or young person",
        (
            Item("general_health", "General health"),
            Item("physical_development", "Physical development"),
            Item("speech_language", "Speech, language and communication"),
            Item("emotional_social", "Emotional and social development"),
            Item("behavioural", "Behavioural development"),
            Item("identity", "Identity, self-esteem, self-image and social presentation"),
            Item("relationships", "Family and social relationships"),
            Item("self_care", "Self-care skills and independence"),
            Item("understanding", "Understanding, reasoning and problem solving"),
            Item("participation", "Participation in learning, education and employment"),
            Item("progress", "Progress and achievement in learning"),
            Item("aspirations", "Aspirations"),
        ),
    ),
    Domain(
        "parents",
        "Parents and carers",
        (
            Item("basic_care", "Basic care, safety and protection"),
            Item("warmth", "Emotional warmth and stability"),
            Item("guidance", "Guidance, boundaries and stimulation"),
        ),
    ),
    Domain(
        "environment",
        "Family and environment",
        (
            Item("family_history", "Family history, functioning and wellbeing"),
            Item("wider_family", "Wider family"),
            Item("housing_work_money", "Housing, employment and money"),
            Item("community", "Social and community resources, including education"),
        ),
    ),
)
ITEMS = {item.code: item for domain in DOMAINS for item in domain.items}

NO_NEEDS = "none"
NEEDS = (
    ("school_attendance", "School attendance"),
    ("send", "Special educational needs or disability"),
    ("child_mental_health", "Child mental health"),
    ("behaviour", "Behaviour"),
    ("young_carer", "Young carer"),
    ("bereavement", "Bereavement or loss"),
    ("missing", "Goes missing from home or school"),
    ("exploitation", "Risk of exploitation"),
    ("teenage_parent", "Teenage parent"),
    ("parenting", "Parenting"),
    ("domestic_abuse", "Domestic abuse"),
    ("parental_mental_health", "Parental mental health"),
    ("substance_misuse", "Alcohol or drug misuse"),
    ("family_health", "Family health"),
    ("debt", "Debt or money worries"),
    ("out_of_work", "Out of work"),
    ("housing", "Housing"),
    ("living_conditions", "Unsafe or insanitary home"),
    ("social_isolation", "Social isolation"),
    ("anti_social_behaviour", "Anti-social behaviour"),
    ("crime", "Crime or gangs"),
)
NEED_LABELS = dict(NEEDS)
OFFERED_NEEDS = tuple(code for code, _ in NEEDS)

_WORDS = {
    "attendance": "school_attendance",
    "not attending school": "school_attendance",
    "sen": "send",
    "special needs": "send",
    "disability": "send",
    "asb": "anti_social_behaviour",
    "antisocial behaviour": "anti_social_behaviour",
    "drugs": "substance_misuse",
    "alcohol": "substance_misuse",
    "drug misuse": "substance_misuse",
    "alcohol misuse": "substance_misuse",
    "dv": "domestic_abuse",
    "domestic violence": "domestic_abuse",
    "cmh": "child_mental_health",
    "camhs": "child_mental_health",
    "adult mental health": "parental_mental_health",
    "family mental health": "parental_mental_health",
    "pmh": "parental_mental_health",
    "financial": "debt",
    "money": "debt",
    "finance": "debt",
    "unemployment": "out_of_work",
    "worklessness": "out_of_work",
    "isolation": "social_isolation",
    "homelessness": "housing",
    "teenage pregnancy": "teenage_parent",
    "absconding": "missing",
    "loss": "bereavement",
    "gangs": "crime",
    "cse": "exploitation",
}


def need_code(words: str) -> str | None:
    """The code of a need as somebody wrote it in a register, or None when the words are not known ("Anti-
    Social behaviour ").
    """
    plain = " ".join(words.replace("-", " ").replace("_", " ").lower().split())
    code = plain.replace(" ", "_")
    if code in NEED_LABELS:
        return code
    if plain in _WORDS:
        return _WORDS[plain]
    return next((code for code, label in NEEDS if label.lower().replace("-", " ") == plain), None)
