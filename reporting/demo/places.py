"""Westmoor: five districts, their towns and streets, and the agencies that work there. All of it is invented.

Towns carry the number of their postcode district (WM1 to WM40; the United Kingdom has no WM). Agencies are told apart
by `key`, which stories and the cast use; names are what people see.
"""

import random
from dataclasses import dataclass
from datetime import date

COUNTY = "Westmoor"


@dataclass(frozen=True)
class Place:
    """A district with a hub: `towns` maps each town to the number of its postcode district."""

    name: str
    code: str
    phone: str
    towns: dict[str, int]


@dataclass(frozen=True)
class AgencySeed:
    """An agency of the partnership; `hub` is a district's code, or empty for an agency of the whole county."""

    key: str
    name: str
    kind: str
    hub: str = ""
    phone: str = ""
    everyone: bool = False


HUBS: tuple[Place, ...] = (
    Place(
        "Alder Vale",
        "ALD",
        "01632 960 100",
        {"Alderbrook": 1, "Nether Hexley": 2, "Stoke Alder": 3, "Brindlecombe": 4, "Penny Hollow": 4},
    ),
    Place(
        "Coastside",
        "COA",
        "01632 960 200",
        {"Saltmere": 8, "Gullhaven": 9, "Westering Bay": 10, "Shingleford": 11, "Old Staithe": 11},
    ),
    Place(
        "Fenbrook",
        "FEN",
        "01632 960 300",
        {"Fenbrook": 15, "Reedwick": 16, "Osierholt": 17, "Ousel Bridge": 18, "Withy Drove": 18},
    ),
    Place(
        "Market Moor",
        "MAR",
        "01632 960 400",
        {"Market Moor": 22, "Cold Tarrant": 23, "Upper Moorby": 24, "Quarrydean": 25, "Lambsworth": 25},
    ),
    Place(
        "Thornholt",
        "THO",
        "01632 960 500",
        {"Thornholt": 30, "Great Hollin": 31, "Ironmill": 32, "Castle Brayford": 33, "Kestrel Heath": 33},
    ),
)

# Districts of an older register: they give an imported line its district and are offered nowhere else, because they
# have ended. Somerset's five districts ran early help from 2012 and became one council on 1 April 2023.
HISTORICAL_HUBS: tuple[tuple[str, str], ...] = (
    ("Sedgemoor", "SDG"),
    ("Mendip", "MEN"),
    ("South Somerset", "SSO"),
    ("West Somerset", "WSO"),
    ("Taunton Deane", "TDE"),
)
HISTORICAL_OPENED = date(2012, 4, 1)
HISTORICAL_CLOSED = date(2023, 3, 31)

STREET_NAMES = (
    "Alder Orchard Mill Chapel Station Church Tannery Bramble Kingfisher Heron Larch Rowan Sorrel Teasel Quarry Foundry "
    "Wharf Harbour Lighthouse Sandpiper Curlew Weaver Cooper Saddler Priory Abbey Market Cattle Drovers Furlong Meadow "
    "Hawthorn Elderberry Blackthorn Primrose Foxglove Cowslip Juniper Sycamore Chestnut Beacon Windmill Ropewalk Bakehouse "
    "Schoolhouse Coronation Jubilee Victory Alexandra Albert Nelson Byron Tennyson Hardy Brunel Telford Stephenson"
).split()
STREET_KINDS = "Road Street Lane Close Avenue Way Drive Gardens Terrace Court Crescent Walk Rise".split()

AGENCIES: tuple[AgencySeed, ...] = (
    AgencySeed("hub-ald", "Alder Vale hub", "council_early_help", "ALD", "01632 960 100"),
    AgencySeed("hub-coa", "Coastside hub", "council_early_help", "COA", "01632 960 200"),
    AgencySeed("hub-fen", "Fenbrook hub", "council_early_help", "FEN", "01632 960 300"),
    AgencySeed("hub-mar", "Market Moor hub", "council_early_help", "MAR", "01632 960 400"),
    AgencySeed("hub-tho", "Thornholt hub", "council_early_help", "THO", "01632 960 500"),
    AgencySeed(
        "social-care", "Westmoor Children's Social Care", "council_social_care", "", "01632 960 600", True
    ),
    AgencySeed("alderbrook-primary", "Alderbrook Primary School", "school", "ALD", "01632 960 120"),
    AgencySeed("alder-academy", "Alder Valley Academy", "school", "ALD", "01632 960 124"),
    AgencySeed("hexley-primary", "Nether Hexley Church School", "school", "ALD", "01632 960 128", True),
    AgencySeed("stoke-nursery", "Stoke Alder Nursery School", "school", "ALD", "01632 960 131", True),
    AgencySeed("saltmere-academy", "Saltmere Academy", "school", "COA", "01632 960 220"),
    AgencySeed("gullhaven-primary", "Gullhaven Primary School", "school", "COA", "01632 960 224"),
    AgencySeed("fenbrook-primary", "Fenbrook Primary School", "school", "FEN", "01632 960 320"),
    AgencySeed("osierholt-school", "Osierholt Community School", "school", "FEN", "01632 960 325"),
    AgencySeed("market-high", "Market Moor High School", "school", "MAR", "01632 960 420"),
    AgencySeed("moorby-primary", "Upper Moorby Primary School", "school", "MAR", "01632 960 424", True),
    AgencySeed("thornholt-primary", "Thornholt Primary School", "school", "THO", "01632 960 520"),
    AgencySeed("ironmill-academy", "Ironmill Academy", "school", "THO", "01632 960 525"),
    AgencySeed("brayford-special", "The Brayford School", "school", "THO", "01632 960 530"),
    AgencySeed("health-trust", "Moorside Community Health", "health", "", "01632 960 188"),
    AgencySeed("camhs", "Westmoor Young People's Mental Health Service", "health", "", "01632 960 640"),
    AgencySeed("alderbrook-surgery", "Alderbrook Surgery", "health", "ALD", "01632 960 140"),
    AgencySeed("saltmere-surgery", "Saltmere Medical Practice", "health", "COA", "01632 960 240"),
    AgencySeed("maternity", "Westmoor Maternity Service", "health", "", "01632 960 645"),
    AgencySeed("police", "Westmoor Constabulary", "police", "", "01632 960 101"),
    AgencySeed("homes", "Westmoor Homes", "housing", "", "01632 960 160"),
    AgencySeed("haven-vale", "Haven and Vale Housing", "housing", "", "01632 960 165"),
    AgencySeed("inclusion", "Westmoor Education Inclusion Service", "education_service", "", "01632 960 650"),
    AgencySeed("jobcentre", "Jobcentre Plus, Westmoor", "dwp", "", "01632 960 655"),
    AgencySeed("brightwater", "Brightwater", "voluntary", "", "01632 960 145"),
    AgencySeed("lantern", "The Lantern Project", "voluntary", "", "01632 960 148"),
    AgencySeed("youth-justice", "Westmoor Youth Justice Service", "other", "", "01632 960 660"),
    AgencySeed("partnership", "Westmoor Children's Partnership", "other", "", "01632 960 670"),
)
SUSPENDED_AGENCY = "haven-vale"
NOT_SHARING = ("partnership",)  # holds governance roles and receives no family's information

_SAINTS = "Aldhelm Bride Cuthman Edith Frideswide Guthlac Hilda Kenelm Mildred Neot Osyth Petroc Rumon Wilfrid".split()
_TREES = "Alder Ash Beech Birch Cedar Elm Hazel Holly Lime Maple Oak Poplar Rowan Willow Yew".split()
_SCHOOL_FORMS = (
    "{t} Primary School",
    "{t} Infant School",
    "{t} Junior School",
    "{t} Academy",
    "{t} Community School",
    "St {s}'s Church School, {t}",
    "St {s}'s Catholic School, {t}",
    "{tree} Tree Primary, {t}",
    "{tree} Bank School, {t}",
    "{tree} Hill Academy, {t}",
    "{tree} Lodge Nursery, {t}",
    "{tree} Park School, {t}",
)


def hub_named(code: str) -> Place:
    """Return the district with this code; KeyError when there is none."""
    return {hub.code: hub for hub in HUBS}[code]


def street(rng: random.Random) -> str:
    """Return a house number and a street."""
    return f"{rng.randint(1, 140)} {rng.choice(STREET_NAMES)} {rng.choice(STREET_KINDS)}"


def school_names(rng: random.Random, towns: list[str], wanted: int) -> list[str]:
    """Return `wanted` different school names spread over the towns, always the same ones for the same `rng`."""
    found: dict[str, None] = {}
    while len(found) < wanted:
        town = towns[len(found) % len(towns)]
        form = rng.choice(_SCHOOL_FORMS)
        found.setdefault(form.format(t=town, s=rng.choice(_SAINTS), tree=rng.choice(_TREES)))
    return list(found)
