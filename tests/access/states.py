"""States in which a family's sharing can be, each for one reason: (county, case, a practitioner, mother, child, father).

`County` (county.py) puts one family into each; the oracle is told by the same calls.
"""

from __future__ import annotations

from tests.access.changes import DAY


class Told:
    """Draws what it is told, in place of chance."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def choice(self, _options):
        return self.answers.pop(0)


def _agreed(c, case, w, mother, child, father):
    c.usual(case, [w])


def _two_agencies(c, case, w, mother, child, father):
    c.usual(case, [w, c.members[4], c.members[8]])


def _child_refused(c, case, w, mother, child, father):
    c.put_on_team(case, w)
    c.answer(case, mother, w.agency, given=True)
    c.answer(case, child, w.agency, given=False)


def _topic_refused(c, case, w, mother, child, father):
    c.usual(case, [w])
    c.answer(case, mother, w.agency, given=False, category=7)


def _one_topic(c, case, w, mother, child, father):
    c.put_on_team(case, w)
    c.answer(case, mother, w.agency, given=True, category=2)


def _withdrawn(c, case, w, mother, child, father):
    c.usual(case, [w])
    for answer in [a for a in c.facts.answers if a.case == str(case.pk)]:
        c.end_answer(answer, "withdrawn")


def _run_out(c, case, w, mother, child, father):
    c.put_on_team(case, w)
    c.answer(case, mother, w.agency, given=True, until=c.facts.today - DAY)


def _not_yet(c, case, w, mother, child, father):
    c.put_on_team(case, w)
    c.answer(case, mother, w.agency, given=True, starts=c.facts.today + DAY)


def _no_team(c, case, w, mother, child, father):
    c.answer(case, mother, w.agency, given=True)


def _left_the_team(c, case, w, mother, child, father):
    c.answer(case, mother, w.agency, given=True)
    c.put_on_team(case, w, c.facts.today - 5 * DAY, c.facts.today - DAY)


def _by_law(c, case, w, mother, child, father):
    c.put_on_team(case, w)
    c.share_lawfully(case, w.agency)


def _by_law_one_topic(c, case, w, mother, child, father):
    c.put_on_team(case, w)
    c.share_lawfully(case, w.agency, categories=(7,))


def _differing(c, case, w, mother, child, father):
    c.put_on_team(case, w)
    c.answer(case, mother, w.agency, given=True)
    c.answer(case, child, w.agency, given=True, giver=mother)
    c.answer(case, child, w.agency, given=False, giver=father)
    key, family, facts = str(case.pk), str(case.family_id), c.facts
    c.keep(
        "differing", case, person=child, agency=w.agency_id,
        sees=lambda m: facts.sees_case(m, key) and facts.sees_person(m, family, child),
    )  # fmt: skip


def _decides(c, case, w, mother, child, father):
    c.put_on_team(case, w)
    c.answer(case, child, w.agency, given=True, giver=mother)
    c.decide(None, case, child, True)


def _restricted_to_one(c, case, w, mother, child, father):
    c.usual(case, [w])
    c.restrict_to(case, [c.members[5]])


def _restricted_to_the_team(c, case, w, mother, child, father):
    c.usual(case, [w])
    c.restrict_to(case, [w, c.members[3]])


def _lifted(c, case, w, mother, child, father):
    _restricted_to_one(c, case, w, mother, child, father)
    c.restrict(None, case)


def _emergency(c, case, w, mother, child, father):
    c.emergency(None, case, w, over=False)


def _emergency_over(c, case, w, mother, child, father):
    c.emergency(None, case, w, over=True)


def _relative(c, case, w, mother, child, father):
    c.usual(case, [w, c.members[9]])
    c.relation(None, case, w, mother)
    c.relation(None, case, c.members[9], child)


def _closed(c, case, w, mother, child, father):
    c.usual(case, [w])
    c.close(Told("closed"), case)


def _hidden_address(c, case, w, mother, child, father):
    c.usual(case, [w])
    c.relation(None, c.cases[0], w, c.who(c.cases[0])[2])
    c.hide_address(None, case, c.who(c.cases[0])[2])


STATES = (
    _agreed, _two_agencies, _child_refused, _topic_refused, _one_topic, _withdrawn, _run_out, _not_yet, _no_team,
    _left_the_team, _by_law, _by_law_one_topic, _differing, _decides, _restricted_to_one, _restricted_to_the_team,
    _lifted, _emergency, _emergency_over, _relative, _closed, _hidden_address,
)  # fmt: skip
