"""The words counties use for coded facts, and what each means here. A word that is not known is kept and marked.

Every reader takes the text of one cell and gives back (code, known). Blank text is ("", True): nothing was said.
"""

import re
from functools import lru_cache

from rapidfuzz import fuzz, process

# What people type for "nothing". A postcode or a registration date is never read this way: there it is dirt to show.
NOTHING = frozenset((
    "", "-", "--", ".", "n/k", "nk", "n/a", "na", "none", "nil", "null", "not known", "unknown", "not recorded", "tbc",
    "tba", "tbd", "?", "??", "???", "not applicable", "blank", "not stated", "x", "xx", "xxx", "#n/a", "#ref!",
    "#value!",     "#name?", "#div/0!", "#null!", "#num!", "not provided", "no data", "#####",
))
NOT_YET = frozenset((
    "ongoing", "on going", "in progress", "open", "not yet", "not completed", "incomplete", "still open", "pending",
    "current", "active", "not complete", "outstanding", "awaiting", "no", "n", "to be completed",
))


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Text for comparing: lower case, one space, no punctuation at either end."""
    return " ".join(text.casefold().replace("’", "'").split()).strip(" .,;:!\"'")


def says_nothing(text: str) -> bool:
    """Whether a cell is blank or holds one of the usual words for nothing."""
    return plain(text) in NOTHING or text.strip().casefold() in NOTHING


def words_of(text: str) -> str:
    """Text as bare words, for looking a label up: punctuation becomes a space, "&" becomes "and"."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain(text).replace("&", " and ")).split())


def table(**codes: str) -> dict[str, str]:
    """A look-up from words to code, written as code="word / word / word"."""
    return {word.strip(): code for code, words in codes.items() for word in words.split("/")}


# Gender. Health exports use 0, 1, 2 and 9 (NHS Data Dictionary, person stated gender code).
SEX = table(
    M="m / male / boy / man / 1 / ml / mael", F="f / female / girl / woman / 2 / fem / femal",
    U="u / i / indeterminate / unborn / 0 / 9 / not specified / prefer not to say / other / non binary / "
        "nonbinary / o",
)


def read_sex(text: str) -> tuple[str, bool]:
    """M, F or U."""
    if says_nothing(text):
        return "", True
    words = words_of(text)
    code = SEX.get(words, "") or SEX.get(words.split(" ")[0], "") if words else ""
    return code, bool(code)


# Ethnicity: national codes, the labels of the census and of school systems, and the letters that health uses.
ETHNICITY = table(
    WBRI="white british / british white / a / white english / english / white uk / "
        "white english welsh scottish "
         "northern irish british / british / wbr / white welsh / white scottish / white northern irish / "
         "white english welsh scottish northern irish or british",
    WIRI="white irish / irish / b / irish white",
    WIRT="traveller of irish heritage / irish traveller / traveller irish heritage / white irish traveller / "
         "white traveller of irish heritage / traveller",
    WOTH="any other white background / other white / white other / c / white any other white background / "
         "white european / white eastern european / any other white / other white background / "
         "white polish / polish / "
         "eastern european / white other background / weeu / wwoe / wowb",
    WROM="gypsy roma / gypsy or roma / gypsy / roma / white gypsy roma / roma gypsy / white roma / romany / "
         "white gypsy / gypsy romany / white gypsy or roma",
    MWBC="white and black caribbean / mixed white and black caribbean / d / white black caribbean / "
         "mixed white black caribbean / dual white and black caribbean",
    MWBA="white and black african / mixed white and black african / e / white black african / "
        "mixed white black african",
    MWAS="white and asian / mixed white and asian / f / white asian / mixed white asian",
    MOTH="any other mixed background / other mixed / mixed other / g / any other mixed / "
        "mixed any other mixed background "
         "/ other mixed background / any other mixed or multiple ethnic background",
    AIND="indian / asian indian / h / asian or asian british indian / asian british indian / british indian",
    APKN="pakistani / asian pakistani / j / asian or asian british pakistani / asian british pakistani / "
         "british pakistani",
    ABAN="bangladeshi / asian bangladeshi / k / asian or asian british bangladeshi / "
        "asian british bangladeshi / "
         "british bangladeshi",
    CHNE="chinese / r / cnhe / asian chinese / british chinese / asian or asian british chinese / "
        "asian british chinese",
    AOTH="any other asian background / other asian / asian other / l / "
        "asian or asian british any other asian background "
         "/ any other asian / other asian background",
    BCRB="caribbean / black caribbean / m / black or black british caribbean / black british caribbean",
    BAFR="african / black african / n / black or black british african / black british african / "
        "black somali / somali",
    BOTH="any other black background / other black / black other / p / any other black / "
        "other black background / "
         "black or black british any other black background",
    OOTH="any other ethnic group / other ethnic group / other / s / other ethnic background / arab / "
         "any other ethnic background / any other",
    REFU="refused / prefer not to say / declined / refused to say / information refused / z / rather not say / "
         "did not want to say / prefers not to say",
    NOBT="not yet obtained / not obtained / information not yet obtained / info not yet obtained / not asked / "
         "not yet asked / awaiting information / 99",
)
ETHNICITY_CODES = frozenset(ETHNICITY.values())


def read_ethnicity(text: str) -> tuple[str, bool]:
    """One of the twenty national codes. "WHITE" alone is not one of them and is not guessed at."""
    if says_nothing(text):
        return "", True
    words = words_of(text)
    head = words.split(" ")[0].upper() if words else ""
    if head in ETHNICITY_CODES and (words.upper() == head or words[len(head) + 1:] in ETHNICITY or " - " in text):
        return head, True
    code = ETHNICITY.get(words) or ETHNICITY.get(re.sub(r"\b(background|heritage|ethnicity)$", "", words).strip())
    last = words.split(" ")[-1].upper() if words else ""
    if not code and last in ETHNICITY_CODES:
        # The code stands after the label, in brackets.
        code = last
    return code or "", bool(code)


REFUSED = re.compile(
    r"^(n|no|none given|false|0|x)\b|refus|declin|not given|not agreed|not obtained|withheld|does not consent|"
    r"did not (agree|consent)|didn'?t (agree|consent)|no consent|without consent|not consent|no agreement"
)
TIER_4 = re.compile(r"safeguarding|tier 4|level 4|overrid|dispens|section 47|child protection|risk of harm|not sought")
GIVEN = re.compile(
    r"^(y|yes|ys|yse|true|1|ok|t|given|agreed|obtained|signed|verbal|written|implied|full|granted|consented|received|"
    r"consent|both|explicit|in place)\b|agrees|consent (was )?(given|obtained|received|agreed)|agreed|signed"
)
WITHDRAWN = re.compile(r"withdr[ae]|withdrew|revoked|no longer")
NOT_ASKED = re.compile(r"not (yet )?(asked|discussed|sought)|awaiting|to be obtained|pending|chasing")


def read_consent(text: str) -> tuple[str, bool]:
    """given, refused, withdrawn, tier4 (registered without, on a safeguarding ground) or not_asked.

    The order matters: "no longer consents" is withdrawn, "no - safeguarding" is tier 4, before either is a no.
    """
    if says_nothing(text) and plain(text) != "x":
        return "", True
    words = plain(text)
    if WITHDRAWN.search(words):
        return "withdrawn", True
    if TIER_4.search(words):
        return "tier4", True
    if NOT_ASKED.search(words):
        return "not_asked", True
    if REFUSED.search(words):
        return "refused", True
    if GIVEN.search(words) or words in ("✓", "✔", "√"):
        return "given", True
    return "", False


LEVEL_NAMES = table(
    **{"1": "universal / i / one", "2": "additional / ii / two / universal plus / vulnerable / targeted / early help",
       "3": "intensive / iii / three / complex / complex early help / intensive support / targeted plus",
       "4": "specialist / iv / four / statutory / acute / in need of protection"}
)
LEVEL_TEXT = re.compile(
    r"(?:(?:level|tier|l|t|lvl|lev|stage|need|threshold)\s*(?:of need)?\s*)?[:\-]?\s*([1-4])(?:\.0)?"
)


def read_level(text: str) -> tuple[str, bool]:
    """"1" to "4". Two levels at once, or a question mark, is not known."""
    if says_nothing(text):
        return "", True
    words = plain(text)
    if match := LEVEL_TEXT.fullmatch(words):
        return match.group(1), True
    bare = re.sub(r"^(level|tier|l|t)\s+(?=[iv]+$|one|two|three|four)", "", words_of(text))
    if bare in LEVEL_NAMES:
        return LEVEL_NAMES[bare], True
    # "Level 3 - Intensive": a number followed by that number's own name, or by other words without a figure.
    if "?" not in text and (match := re.fullmatch(r"(?:level|tier|l|t)?\s*([1-4])\s*[-–:(,]?\s+?([^\d/]+)", words)):
        named = LEVEL_NAMES.get(words_of(match.group(2)))
        return (match.group(1), True) if named in (None, match.group(1)) else ("", False)
    return "", False


# Needs, as assessments.domains.NEEDS codes them. Needs of a register that have no code there are kept in their words.
NEED_WORDS = table(
    school_attendance="school attendance / attendance / non attendance / poor attendance / school refusal / "
        "truancy / "
        "persistent absence / attendance at school / exclusion / school exclusion / at risk of exclusion / "
        "neet / "
        "education / missing education / low attendance / elective home education / education attendance",
    send="send / sen / special educational needs / disability / learning difficulties / "
        "learning disability / asd / "
        "autism / adhd / ehcp / child disability / disabled child / special needs / learning needs / "
        "special educational needs and disability / asc / autistic spectrum / disability child / sen d",
    housing="housing / homelessness / homeless / overcrowding / housing issues / accommodation / "
        "risk of eviction / "
        "eviction / rent arrears / unsuitable housing / housing need",
    bereavement="bereavement / loss / grief / bereavement and loss / loss and bereavement",
    anti_social_behaviour="anti social behaviour / asb / crime and asb / antisocial behaviour / anti social / "
        "crime and anti social behaviour",
    substance_misuse="substance misuse / drugs / alcohol / drug misuse / alcohol misuse / substance abuse / "
        "drug and alcohol / drugs and alcohol / parental substance misuse / drug use / drugs alcohol / "
        "substance use",
    debt="debt / money / finance / financial / finances / financial difficulties / poverty / benefits / "
        "money worries / "
        "financial problems / debts / income / low income / financial issues / debt and finance",
    parenting="parenting / parenting support / parenting skills / boundaries / parenting capacity / routines / "
        "parenting issues / boundaries and routines",
    teenage_parent="teenage parent / teen parent / teenage pregnancy / young parent / teenage mother / "
        "teenage parents / pregnancy",
    domestic_abuse="domestic abuse / domestic violence / dv / da / dva / domestic abuse violence",
    parental_mental_health="parental mental health / parent mental health / adult mental health / "
        "maternal mental health "
        "/ mothers mental health / mental health parent / mental health adult / postnatal depression / "
        "parents mental health / mental health of parent / mum mental health",
    behaviour="behaviour / behaviour at home / behaviour at school / challenging behaviour / child behaviour / "
        "behavioural / behaviour issues / behavioural difficulties / behaviour difficulties / behavior / anger",
    child_mental_health="child mental health / emotional wellbeing / mental health / anxiety / self harm / "
        "camhs / "
        "emotional health / emotional health and wellbeing / childs mental health / mental health child / "
        "emotional and mental health / low mood / emotional well being / depression / emotional needs",
    young_carer="young carer / young carers / carer / caring responsibilities",
    social_isolation="social isolation / isolation / isolated / friendships / rural isolation",
    family_health="health / physical health / health needs / child health / obesity / weight / medical / "
        "dental / diet / "
        "parental health / parental illness / family health / parental physical health",
    living_conditions="neglect / home conditions / hygiene / poor home conditions / insanitary home / "
        "living conditions",
    exploitation="exploitation / cse / child sexual exploitation / cce / county lines / radicalisation / "
        "prevent / "
        "online safety / grooming / child criminal exploitation",
    missing="missing / missing from home / absconding / runaway / running away / missing episodes",
    crime="crime / offending / youth crime / gangs / youth offending / criminal behaviour / crime or gangs",
    out_of_work="worklessness / unemployment / out of work / unemployed / employment / work",
)
NEED_LIST = tuple(NEED_WORDS)


@lru_cache(maxsize=8192)
def read_need(text: str) -> tuple[str, bool]:
    """A code of assessments.domains.NEEDS. One wrong letter is forgiven; anything further is not known."""
    words = words_of(text)
    if not words or says_nothing(text):
        return "", True
    if words in NEED_WORDS:
        return NEED_WORDS[words], True
    close = process.extractOne(words, NEED_LIST, scorer=fuzz.ratio, score_cutoff=90) if len(words) > 5 else None
    return (NEED_WORDS[close[0]], True) if close else ("", False)


def split_needs(text: str) -> list[str]:
    """The needs named in one cell: split at semicolons, bars and new lines; at commas and slashes if there are none."""
    parts = re.split(r"[;|\n•]+", text)
    if len(parts) == 1 and words_of(text) not in NEED_WORDS:
        parts = re.split(r",|/|\+| & ", text)
    return [re.sub(r"^\s*\(?\d+[.)]\s*", "", part).strip() for part in parts if part.strip()]


# Kinds of agency, tried in this order: "school nurse" is health before it is a school.
AGENCY_KINDS: tuple[tuple[str, str], ...] = (
    ("health", r"\bnhs\b|camhs|health|\bgps?\b|midwi|nurs(e|es|ing)\b|hospital|surgery|doctor|\bhv\b|paediatric|"
               r"medical|clinic|speech and language|\bslt\b|therap|ccg|\bcypmhs\b|maternity"),
    ("police", r"police|constabulary|pcso|\bpc\b"),
    ("education_service", r"education(al)? (attendance|welfare|service|inclusion|psycholog|support)|\bewo\b|\bews\b|"
                          r"attendance|\bsen(d)? (service|team|casework)|ed psych|educational psych|virtual school|"
                          r"inclusion service|prevention service|school improvement|\bese service"),
    ("council_social_care", r"social care|social work|social services|\bcsc\b|mash|\bsws\b|children in need|fostering|"
                            r"duty (team|and assessment)|looked after|leaving care|specialist childrens|\bscs\b"),
    ("dwp", r"\bdwp\b|job ?centre|work and pensions|work coach"),
    ("housing", r"housing|\bhomes\b|tenancy|homeless|landlord"),
    ("voluntary", r"voluntary|charit|barnardo|home ?start|action for children|nspcc|church|third sector|\bvcs\b|"
                  r"\bvcse?\b|community group|salvation army|womens aid|refuge|mencap|citizens advice|young carers|"
                  r"ywca|ymca|catch ?22|mind\b|relate\b|porchlight"),
    ("council_early_help", r"getset|get set|early help|early intervention|childrens cent(re|er)|family support|"
                           r"troubled families|supporting families|locality|youth (service|offending|justice|work|hub)|"
                           r"\byot\b|\byos\b|family (solutions|intervention|mentor|worker)|county council|"
                           r"borough council|"
                           r"\bcity council|council\b|connexions|family group|children s centre|troubled|\bfis\b|"
                           r"open access|preventative"),
    ("school", r"school|academy|primary|secondary|college|nursery|pre ?school|infant|junior|\bpru\b|sixth form|pfsa|"
               r"playgroup|early years|senco|teacher|parent family support|childminder|"
               r"children s nursery|kindergarten"),
)
AGENCY_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in AGENCY_KINDS)
AGENCY_EXACT = table(
    school="school / schools / edu / education / education school / education provider", health="health",
    council_early_help="lcc / cc / la / local authority / scc / kcc / ccc / eh / ehs / childrens services",
    voluntary="voluntary / vol / vcs / charity", other="other / self / family / parent / member of public / "
        "private",
)


@lru_cache(maxsize=8192)
def agency_kind(text: str) -> str:
    """The kind of an agency by its name, or "" when the name does not tell."""
    words = words_of(text)
    if not words:
        return ""
    if words in AGENCY_EXACT:
        return AGENCY_EXACT[words]
    for kind, pattern in AGENCY_PATTERNS:
        if pattern.search(words):
            return kind
    return ""


ROLE = re.compile(
    r"worker|visitor|nurse|officer|teacher|mentor|manager|pfsa|ewo|pcso|head|senco|coordinator|co ordinator|advis|gp$|"
    r"midwi|psycholog|practitioner|assistant|lead|support|therap|dsl|counsellor|police|social"
)


def looks_like_role(text: str) -> bool:
    """Whether a text is more likely a job than a person's name."""
    return bool(ROLE.search(words_of(text)))


# Closure reasons; the codes are those of cases.ClosureReason.
CLOSURES: tuple[tuple[str, str], ...] = (
    ("deceased", r"\b(died|deceased|death|dead)\b"),
    ("duplicate", r"duplicate|entered (twice|in error)|recorded twice|created in error|error"),
    ("stepped_up", r"step(ped)? ?up|social care|escalat|\bcsc\b|child protection|\bcin\b|section (17|47)|mash|tier 4|"
                   r"level 4|statutory|specialist services|\bcp\b|social work|\blac\b|looked after"),
    ("consent_withdrawn", r"consent|withdrew|withdrawn|famil(y|ies) no longer wish|declined|refused|no longer wants?|"
                          r"family request|parent request"),
    ("did_not_engage", r"engage|no contact|unable to contact|non compliance|disengage|did not attend|"
                       r"\bdna\b|uncontactable"),
    ("transferred", r"transfer(red)? to (another|other)|another (authority|council|county|la\b)|other la\b|"
                    r"new authority|transferred out"),
    ("moved_area", r"moved|left (the )?(area|county|district)|out of (area|county)|relocat|left area|"
                   r"emigrat|gone abroad"),
    ("aged_out", r"turned 18|aged out|\b18\b|adult services|over 18|too old|reached 18|now an adult|adult$"),
    ("single_agency", r"single agency|one agency|universal|step(ped)? ?down|tier 1|level 1|school support|"
                      r"single service|lead agency only"),
    ("outcomes_met", r"needs? (have been |all |were |now )?(met|addressed|resolved)|outcomes? (met|achieved)|"
                     r"goals? (met|achieved)|plan (complete|achieved|ended)|actions? complete|completed|"
                     r"success|positive|"
                     r"resolved|achieved|all met|improve|support ended|no further (need|support)|met$"),
    ("other", r"^other\b|no further action|\bnfa\b|admin|various|not applicable"),
)
CLOSURE_PATTERNS = tuple((code, re.compile(pattern)) for code, pattern in CLOSURES)
NOT_MET = re.compile(r"not (been )?met|unmet|partial|partly")


@lru_cache(maxsize=4096)
def read_closure_reason(text: str) -> tuple[str, bool]:
    """A code of cases.ClosureReason."""
    if says_nothing(text):
        return "", True
    words = words_of(text)
    for code, pattern in CLOSURE_PATTERNS:
        if code == "outcomes_met" and NOT_MET.search(words):
            continue
        if pattern.search(words):
            return code, True
    return "", False
