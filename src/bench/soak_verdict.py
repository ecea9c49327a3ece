"""Has anything grown? And was every honest client served right?"""

from dataclasses import dataclass
from statistics import median

# Below these, 5 % is less than one step: memory for buffers is taken in chunks of 4 MB.
SLACK = {"heap_mb": 1.0, "direct_mb": 4.1, "files": 3, "threads": 2}
WORDS = {"heap_mb": "heap after collection, MB", "direct_mb": "direct memory, MB", "files": "open files",
         "threads": "threads"}
RUDE = ("leaves", "bad", "stalled", "faulty")


@dataclass(frozen=True)
class Line:
    name: str
    first: float
    last: float
    most: float

    @property
    def met(self):
        return self.last <= self.most


def windows(samples, first_seconds):
    """Those of the first so many seconds, at least three where there are twice as many; and as many of the end."""
    count = max(sum(1 for s in samples if s.seconds <= first_seconds), min(3, len(samples) // 2))
    return samples[:count], samples[-min(3, count):]


def lines(samples, first_seconds, tolerance):
    """The median of the end must not exceed the greatest of the beginning by more than the tolerance."""
    first, last = windows(samples, first_seconds)
    found = []
    for field, slack in SLACK.items():
        begun = max(getattr(s, field) for s in first)
        found.append(Line(WORDS[field], begun, median(getattr(s, field) for s in last),
                          begun + max(begun * tolerance, slack)))
    return found


def unexpected(failures):
    """What must not have happened, with how often: a rude client may only not be kept waiting."""
    return {key: count for key, count in failures.items()
            if key[0] not in RUDE or key[1].startswith(("Wrong", "TimeoutError"))}
