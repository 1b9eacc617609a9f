"""What a reader could tell two answers apart by: everything but what differs on every answer, asked by whomever."""

import re

# The token and what was typed (value), the policy's nonce, and the seconds that are left of a session, which fall between
# two answers whenever the clock strikes.
OF_EACH_ANSWER = re.compile(rb'(value|nonce|data-idle|data-day)="[^"]*"')


def words_of(answer, *asked) -> bytes:
    """The body of an answer, without what differs on every answer and without the words that were ``asked`` for."""
    body = b"".join(answer) if answer.streaming else answer.content
    body = OF_EACH_ANSWER.sub(b"", body)
    for each in asked:
        body = body.replace(str(each).encode(), b"")
    return body


def as_read(answer) -> tuple:
    """The status, headers and words of an answer, to be compared with another's."""
    # "Expires" is the second of the answer itself: two of them may lie on either side of a stroke of the clock.
    of_each = {"Content-Security-Policy", "Expires"}
    headers = {name: name if name in of_each else value for name, value in answer.items()}
    return answer.status_code, headers, words_of(answer)
