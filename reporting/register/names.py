"""Names of children as registers write them."""

import re

from .codes import says_nothing

# Words that belong to the surname that follows them.
PARTICLES = frozenset(
    (
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "du",
        "la",
        "le",
        "st",
        "saint",
        "al",
        "el",
        "bin",
        "ibn",
        "mac",
        "mc",
        "o",
        "ap",
        "ab",
        "ter",
    )
)
TITLES = re.compile(r"^(mr|mrs|miss|ms|master|mx|dr)\.?\s+", re.IGNORECASE)


def tidy_name(text: str) -> str:
    """A name without stray spaces; the usual words for nothing become no name."""
    name = " ".join(text.replace("’", "'").replace("`", "'").split()).strip(" ,;")
    return "" if says_nothing(name) else name


def split_full_name(text: str) -> tuple[str, str]:
    """(surname, forenames) of a name in one cell: "Surname, Forename", "Forename Surname" or "SURNAME Forename"."""
    name = TITLES.sub("", tidy_name(text))
    if not name:
        return "", ""
    if "," in name:
        surname, _, forenames = name.partition(",")
        return tidy_name(surname), tidy_name(forenames.replace(",", " "))
    words = name.split()
    if len(words) == 1:
        return name, ""
    if words[0].isupper() and len(words[0]) > 1 and not words[-1].isupper():
        upper = 1
        while upper < len(words) - 1 and words[upper].isupper() and len(words[upper]) > 1:
            upper += 1
        return " ".join(words[:upper]), " ".join(words[upper:])
    begins = len(words) - 1
    while begins > 1 and words[begins - 1].casefold() in PARTICLES:
        begins -= 1
    return " ".join(words[begins:]), " ".join(words[:begins])


def known_as_in(forenames: str) -> tuple[str, str]:
    """(forenames, known as) of "Alexander (Alex)", "Alexander 'Alex'" or "Alexander known as Alex"."""
    if len(forenames) > 300:  # no name: a paragraph in the wrong column, which a pattern would take minutes over
        return forenames, ""
    match = re.fullmatch(r"(.+?)\s*(?:\(|\"|“|'(?=\w))(?:aka |known as )?([^)\"”']+)(?:\)|\"|”|')", forenames)
    match = match or re.fullmatch(r"(.+?)\s+(?:aka|known as|k/a)\s+(.+)", forenames, re.IGNORECASE)
    return (match.group(1).strip(), match.group(2).strip()) if match else (forenames, "")
