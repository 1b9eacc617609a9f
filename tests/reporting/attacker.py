"""A reader who tries to work out a hidden count: an exact search, written apart from the code that hides.

The reader knows every shown number, every sum that joins the counts, that a count is a whole number from 0 up, that
"fewer than 5" means 1 to 4, and that "hidden" is never 0 because a 0 is shown. A `guesser` also supposes that "hidden"
is never 1 to 4, which is how hiding mostly works.
"""

from reporting.disclosure import FEWER

SLACK = 9  # a hidden number is looked for up to this much above its true value; a cap can only make the reader surer


class Reader:
    """What one reader can work out from a protected report."""

    def __init__(self, linked, shown, threshold=5, guesser=False):
        self.truth = linked.counts
        self.equations = [({**dict.fromkeys(parts, 1), total: -1}) for total, parts in linked.sums]
        self.of = {key: [e for e in self.equations if key in e] for key in self.truth}
        self.choices = {}
        for key, true in self.truth.items():
            seen = shown.get(key)
            if seen is not None and seen.is_number:
                self.choices[key] = (seen.value,)
            elif seen is not None and seen.symbol == FEWER:
                self.choices[key] = tuple(range(1, threshold))
            else:
                least = 0 if seen is None else threshold if guesser else 1
                self.choices[key] = tuple(range(least, max(true, least) + SLACK + 1))

    def can_be(self, key, value):
        """Whether some whole report in which this count is `value` fits everything shown."""
        if value not in self.choices[key]:
            return False
        return self._solve({**self.choices, key: (value,)}, [key])

    def works_out(self, key):
        """The count, when only its true value fits; else None."""
        others = any(self.can_be(key, value) for value in self.choices[key] if value != self.truth[key])
        return None if others or self.truth[key] not in self.choices[key] else self.truth[key]

    def _solve(self, choices, changed):
        choices = self._narrow(choices, changed)
        if choices is None:
            return False
        key = min((k for k in choices if len(choices[k]) > 1), key=lambda k: len(choices[k]), default=None)
        if key is None:
            return True
        near_truth = sorted(choices[key], key=lambda value: abs(value - self.truth[key]))
        return any(self._solve({**choices, key: (value,)}, [key]) for value in near_truth)

    def _narrow(self, choices, changed):
        """Throw out values that no sum allows, until nothing changes; None when a count has no value left."""
        choices = dict(choices)
        waiting = list(self.equations) if len(changed) != 1 else list(self.of[changed[0]])
        while waiting:
            equation = waiting.pop()
            low = {k: min(sign * choices[k][0], sign * choices[k][-1]) for k, sign in equation.items()}
            high = {k: max(sign * choices[k][0], sign * choices[k][-1]) for k, sign in equation.items()}
            least, most = sum(low.values()), sum(high.values())
            for key, sign in equation.items():
                kept = tuple(
                    value for value in choices[key] if least - low[key] <= -sign * value <= most - high[key]
                )
                if not kept:
                    return None
                if len(kept) < len(choices[key]):
                    choices[key] = kept
                    waiting.extend(self.of[key])
                    low[key], high[key] = (
                        min(sign * kept[0], sign * kept[-1]),
                        max(sign * kept[0], sign * kept[-1]),
                    )
                    least, most = sum(low.values()), sum(high.values())
        return choices
