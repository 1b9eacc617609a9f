"""The people who work with families in the demonstration: those a visitor signs in as, and their colleagues.

A member of the cast is known by `key`; the e-mail address is first.last@example.org. Roles are the values of
`earlyhelp.access.Role`. Colleagues have accounts that nobody can sign in to.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class CastMember:
    """One worker: `persona` is the line in the table of sign-ins, empty for a colleague."""

    key: str
    first: str
    last: str
    agency: str
    job: str
    roles: tuple[str, ...] = ("practitioner",)
    hub: str = ""
    phone: str = ""
    persona: str = ""

    @property
    def email(self) -> str:
        """The address of the account; its host is reserved for examples by RFC 2606."""
        return f"{self.first}.{self.last}@example.org".lower().replace("'", "").replace(" ", "")


def _m(key, first, last, agency, job, persona="", roles="practitioner", hub="", phone="") -> CastMember:
    """Shorten the table below."""
    return CastMember(key, first, last, agency, job, tuple(roles.split()), hub, phone, persona)


PERSONAS: tuple[CastMember, ...] = (
    _m(
        "priya",
        "Priya",
        "Nandra",
        "alderbrook-primary",
        "Pastoral lead",
        "School pastoral lead, leads several families",
        phone="01632 960 121",
    ),
    _m(
        "jo",
        "Jo",
        "Whitlock",
        "alderbrook-primary",
        "Emotional literacy assistant",
        "Second practitioner of the same school",
        phone="01632 960 122",
    ),
    _m(
        "helen",
        "Helen",
        "Voss",
        "alderbrook-primary",
        "Head teacher and designated safeguarding lead",
        "School's designated safeguarding lead, signs the agreement for it",
        "agency_lead signatory",
        phone="01632 960 120",
    ),
    _m("karen", "Karen", "Boyd", "health-trust", "Health visitor", "Health visitor", phone="01632 960 188"),
    _m("sunita", "Sunita", "Rao", "health-trust", "School nurse", "School nurse", phone="01632 960 189"),
    _m(
        "owen",
        "Owen",
        "Tranter",
        "police",
        "Police community support officer",
        "Police officer, no family has agreed: sees none",
        phone="01632 960 102",
    ),
    _m("lorna", "Lorna", "Pike", "homes", "Housing officer", "Housing officer", phone="01632 960 160"),
    _m(
        "ben",
        "Ben",
        "Achterberg",
        "brightwater",
        "Family mentor",
        "Charity family mentor",
        phone="01632 960 145",
    ),
    _m(
        "winnie",
        "Winnie",
        "Marlowe",
        "brightwater",
        "Volunteer family mentor",
        "Volunteer, sees her own tasks with one family",
        "volunteer",
        phone="01632 960 146",
    ),
    _m(
        "tom",
        "Tom",
        "Adeyemi",
        "hub-ald",
        "Early help coordinator",
        "Hub coordinator, Alder Vale",
        "hub_coordinator",
        "ALD",
        "01632 960 103",
    ),
    _m(
        "ruth",
        "Ruth",
        "Calloway",
        "hub-ald",
        "Early help hub manager",
        "Hub manager of all districts",
        "hub_manager",
        phone="01632 960 104",
    ),
    _m(
        "yasmin",
        "Yasmin",
        "Sheikh",
        "social-care",
        "Team manager, assessment",
        "Social care team manager",
        "agency_lead",
        phone="01632 960 601",
    ),
    _m(
        "margaret",
        "Margaret",
        "Thorne",
        "partnership",
        "Chair, Early Help Commissioning Board",
        "Board chair, approves and publishes reports",
        "board_chair",
        phone="01632 960 670",
    ),
    _m(
        "colin",
        "Colin",
        "Abbot",
        "partnership",
        "Member, Early Help Commissioning Board",
        "Board member, reads published reports",
        "board_member",
        phone="01632 960 674",
    ),
    _m(
        "dominic",
        "Dominic",
        "Hale",
        "partnership",
        "Information governance manager",
        "Information governance lead",
        "ig_lead",
        phone="01632 960 671",
    ),
    _m(
        "thea",
        "Thea",
        "Marsden",
        "partnership",
        "Information rights officer",
        "Disclosure officer, answers requests for what is held",
        "disclosure_officer",
        phone="01632 960 673",
    ),
    _m(
        "odette",
        "Odette",
        "Farrant",
        "partnership",
        "Principal practitioner, early help",
        "Practice lead, writes the assessment forms",
        "practice_lead",
        phone="01632 960 675",
    ),
    _m(
        "imogen",
        "Imogen",
        "Harcourt",
        "homes",
        "Chief executive",
        "Signatory of a housing association, sees no family",
        "signatory",
        phone="01632 960 162",
    ),
    _m(
        "fiona",
        "Fiona",
        "Drummond",
        "partnership",
        "Practice auditor",
        "Auditor",
        "auditor",
        phone="01632 960 672",
    ),
    _m(
        "sam",
        "Sam",
        "Okonjo",
        "partnership",
        "Systems administrator",
        "System administrator, sees no family",
        "system_administrator",
        phone="01632 960 673",
    ),
)

COLLEAGUES: tuple[CastMember, ...] = (
    _m(
        "ade",
        "Ade",
        "Cole",
        "health-trust",
        "Health visiting team lead",
        roles="agency_lead",
        phone="01632 960 190",
    ),
    _m("mick", "Mick", "Farrow", "homes", "Housing manager", roles="agency_lead", phone="01632 960 161"),
    _m(
        "lucia",
        "Lucia",
        "Ferreira",
        "hub-coa",
        "Early help coordinator",
        roles="hub_coordinator",
        hub="COA",
        phone="01632 960 203",
    ),
    _m(
        "graham",
        "Graham",
        "Stagg",
        "hub-fen",
        "Early help coordinator",
        roles="hub_coordinator",
        hub="FEN",
        phone="01632 960 303",
    ),
    _m(
        "nadia",
        "Nadia",
        "Qureshi",
        "hub-mar",
        "Early help coordinator",
        roles="hub_coordinator",
        hub="MAR",
        phone="01632 960 403",
    ),
    _m(
        "peter",
        "Peter",
        "Luxton",
        "hub-tho",
        "Early help coordinator",
        roles="hub_coordinator",
        hub="THO",
        phone="01632 960 503",
    ),
    _m("beth", "Beth", "Garland", "hub-ald", "Family worker", phone="01632 960 105"),
    _m("marcus", "Marcus", "Idowu", "hub-coa", "Family worker", phone="01632 960 205"),
    _m("elin", "Elin", "Pryce", "hub-fen", "Family worker", phone="01632 960 305"),
    _m("hannah", "Hannah", "Merrick", "social-care", "Social worker", phone="01632 960 602"),
    _m("kwame", "Kwame", "Boateng", "social-care", "Social worker", phone="01632 960 603"),
    _m("rosa", "Rosa", "Jewell", "alder-academy", "Head of year 8", phone="01632 960 125"),
    _m(
        "iain",
        "Iain",
        "McAllister",
        "alder-academy",
        "Deputy head and designated safeguarding lead",
        roles="agency_lead",
        phone="01632 960 124",
    ),
    _m(
        "judith",
        "Judith",
        "Coles",
        "hexley-primary",
        "Head teacher",
        roles="agency_lead",
        phone="01632 960 128",
    ),
    _m("farah", "Farah", "Malik", "stoke-nursery", "Nursery teacher", phone="01632 960 131"),
    _m("dean", "Dean", "Salter", "saltmere-academy", "Pastoral manager", phone="01632 960 221"),
    _m("wendy", "Wendy", "Trott", "gullhaven-primary", "Family support adviser", phone="01632 960 225"),
    _m("alan", "Alan", "Prentice", "fenbrook-primary", "Deputy head", phone="01632 960 321"),
    _m("gita", "Gita", "Sharma", "market-high", "Attendance and welfare lead", phone="01632 960 421"),
    _m(
        "clare",
        "Clare",
        "Rudge",
        "moorby-primary",
        "Head teacher",
        roles="agency_lead",
        phone="01632 960 424",
    ),
    _m("neil", "Neil", "Dunster", "thornholt-primary", "Inclusion lead", phone="01632 960 521"),
    _m("ola", "Ola", "Bankole", "ironmill-academy", "Pastoral lead", phone="01632 960 526"),
    _m("megan", "Megan", "Yardley", "brayford-special", "Family liaison teacher", phone="01632 960 531"),
    _m("anjali", "Anjali", "Menon", "camhs", "Primary mental health worker", phone="01632 960 641"),
    _m("david", "David", "Orchard", "alderbrook-surgery", "General practitioner", phone="01632 960 141"),
    _m("carol", "Carol", "Hadley", "maternity", "Community midwife", phone="01632 960 646"),
    _m(
        "steph",
        "Steph",
        "Kingdon",
        "police",
        "Neighbourhood sergeant",
        roles="agency_lead",
        phone="01632 960 106",
    ),
    _m("raj", "Raj", "Gill", "haven-vale", "Tenancy support officer", phone="01632 960 166"),
    _m("liz", "Liz", "Norris", "inclusion", "Attendance officer", phone="01632 960 651"),
    _m("paul", "Paul", "Westcott", "jobcentre", "Work coach, families", phone="01632 960 656"),
    _m("tess", "Tess", "Wilding", "lantern", "Domestic abuse adviser", phone="01632 960 149"),
    _m(
        "amy",
        "Amy",
        "Dyer",
        "brightwater",
        "Volunteer coordinator",
        roles="agency_lead",
        phone="01632 960 146",
    ),
    _m("leon", "Leon", "Barrett", "youth-justice", "Prevention worker", phone="01632 960 661"),
)
CAST: tuple[CastMember, ...] = PERSONAS + COLLEAGUES
