"""Messages that leave the system: written as rows beside what they tell of, and handed over by a relay afterwards.

    notify("emergency-opened", to=membership, key=f"emergency-opened:{pk}", link=reverse("emergencies"))

What rolls back is never told; what commits is told once, even when the queue or the mail server was away (decision 15).
"""

from __future__ import annotations

import datetime as dt


def notify(kind: str, *, to, key: str, link: str, due_at: dt.datetime | None = None, **facts: int):
    """Have one e-mail of this kind sent to one person after the transaction commits. Safe to call twice.

    Args:
        kind: the name of a text in ``templates/outbox/mail/<kind>.txt``: the first line is the subject.
        to: a Membership (told only while it is live), a User (while the account is open), or an e-mail address.
        key: what makes this message itself, such as "restriction-review:<id>:2027-03-01"; with the receiver it is
            unique for ever, so a job that runs twice tells once.
        link: the page to look at, as a path of this site. It may hold a secret: once sent it is forgotten.
        due_at: not before this time; now when left out.
        facts: numbers that the text may show (``outbox.actions.FACTS``). Nothing personal can be passed.

    Returns the Message, or None when it was asked for before. Raises ValueError for a kind without a text, words where
    numbers belong or a link to elsewhere, and RuntimeError outside a transaction.
    """
    from earlyhelp.outbox.actions import write_message

    return write_message(kind=kind, to=to, key=key, link=link, due_at=due_at, facts=facts)
