"""Sound form definitions by the thousand, for property tests."""

from dataclasses import replace

from hypothesis import strategies as st

from assessments.spec import (
    CATEGORIES,
    CLOCK_STARTS,
    Condition,
    FormSpec,
    Group,
    Kind,
    Nature,
    Option,
    Part,
    Per,
    Question,
    Section,
    Stage,
    Whom,
    problems,
)

WORDS = st.text(
    alphabet=st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="{}"), min_size=1, max_size=40
).filter(lambda text: text.strip())
BLANK_OR_WORDS = st.one_of(st.just(""), WORDS)
OPTIONS = st.lists(WORDS, min_size=1, max_size=4).map(
    lambda labels: tuple(Option(value=f"o{place}", label=label) for place, label in enumerate(labels))
)
PLAIN_KINDS = [kind for kind in Kind if kind not in (Kind.CHOICE, Kind.MULTI, Kind.LEVEL)]
OWN = (Kind.SCALE, Kind.NEEDS, Kind.LEVEL)


@st.composite
def questions(draw, key, before=(), per=Per.ONCE, whom=Whom.ALL):
    each_child = per in (Per.CHILD, Per.PERSON)
    asked_of = draw(st.sampled_from(Whom)) if each_child and whom is Whom.ALL else Whom.ALL
    nature = draw(st.sampled_from(Nature))
    kind = draw(st.sampled_from([*PLAIN_KINDS, Kind.CHOICE, Kind.MULTI]))
    condition = None
    deciding = [
        question
        for question in before
        if question.kind in (Kind.CHOICE, Kind.MULTI, Kind.YES_NO) and question.whom in (Whom.ALL, asked_of)
    ]
    if deciding and kind is not Kind.SCALE and draw(st.booleans()):
        asked = draw(st.sampled_from(deciding))
        values = ["yes", "no"] if asked.kind is Kind.YES_NO else [option.value for option in asked.options]
        chosen = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True))
        condition = Condition(question=asked.key, any_of=tuple(chosen))
    return Question(
        key=key,
        label=draw(WORDS),
        kind=kind,
        nature=nature,
        hint=draw(BLANK_OR_WORDS),
        help=draw(BLANK_OR_WORDS),
        heading=draw(BLANK_OR_WORDS),
        optional=draw(st.booleans()),
        options=draw(OPTIONS) if kind in (Kind.CHOICE, Kind.MULTI) else (),
        shown_when=condition,
        area=draw(st.sampled_from(["", "overall"])),
        whom=asked_of,
        siblings=each_child and nature is Nature.FACT and kind not in OWN and draw(st.booleans()),
    )


@st.composite
def parts(draw, number, groups, stages=()):
    made = []
    per = draw(st.sampled_from(Per))
    whom = draw(st.sampled_from(Whom)) if per in (Per.CHILD, Per.PERSON) else Whom.ALL
    for place in range(draw(st.integers(0, 6))):
        made.append(draw(questions(f"q{place}", tuple(made), per, whom)))
    return Part(
        key=f"part_{number}",
        title=draw(WORDS),
        group=draw(st.sampled_from(groups)),
        category=draw(st.sampled_from(CATEGORIES)),
        per=per,
        hint=draw(BLANK_OR_WORDS),
        intro=draw(BLANK_OR_WORDS),
        questions=tuple(made),
        whom=whom,
        repeats=draw(st.booleans()),
        stage=draw(st.sampled_from(["", *stages])),
    )


@st.composite
def clocks(draw):
    made = []
    for place in range(draw(st.integers(0, 3))):
        stage = Stage(
            key=f"stage_{place}",
            title=draw(WORDS),
            days=draw(st.integers(0, 90)),
            working=draw(st.booleans()),
            after=draw(st.sampled_from([*CLOCK_STARTS, *(stage.key for stage in made)])),
        )
        made.append(stage)
    return tuple(made)


@st.composite
def forms(draw):
    groups = tuple(Group(key=f"group_{n}", title=draw(WORDS)) for n in range(draw(st.integers(1, 3))))
    stages = draw(clocks())
    sections, number = [], 0
    for place in range(draw(st.integers(0, 3))):
        inside = []
        for _ in range(draw(st.integers(0, 2))):
            keys = [group.key for group in groups]
            inside.append(draw(parts(number, keys, [stage.key for stage in stages])))
            number += 1
        sections.append(
            Section(number=place + 1, key=f"section_{place}", title=draw(WORDS), parts=tuple(inside))
        )
    form = FormSpec(
        code="generated",
        version=1,
        title=draw(WORDS),
        groups=groups,
        sections=tuple(sections),
        stages=stages,
        about=draw(BLANK_OR_WORDS),
        countersigned=draw(st.booleans()),
    )
    able = [
        f"{part.key}.{question.key}"
        for part, question in form.every_question()
        if part.category == "family" and question.shown_when is None and not part.repeats
    ]
    minimum = draw(st.lists(st.sampled_from(able), unique=True, max_size=2)) if able else []
    form = replace(form, minimum=tuple(minimum))
    assert not list(problems(form))
    return form


def form_of(count: int) -> FormSpec:
    """A form with this many questions on one page, of every kind in turn."""
    kinds = [kind for kind in Kind if kind is not Kind.LEVEL]
    asked = tuple(
        Question(
            key=f"q{place}",
            label=f"Question {place}",
            kind=kinds[place % len(kinds)],
            options=(
                (Option(value="a", label="A"), Option(value="b", label="B"))
                if kinds[place % len(kinds)] in (Kind.CHOICE, Kind.MULTI)
                else ()
            ),
        )
        for place in range(count)
    )
    part = Part(key="only", title="Only page", group="all", questions=asked)
    return FormSpec(
        code="long",
        version=1,
        title="A form",
        groups=(Group(key="all", title="All"),),
        sections=(Section(number=1, key="one", title="One", parts=(part,)),),
    )
