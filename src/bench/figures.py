"""The sums: medians, spreads, ratios round by round, goals."""

from dataclasses import dataclass
from statistics import median

from cases import GOALS


@dataclass(frozen=True)
class Spread:
    median: float
    low: float
    high: float
    count: int


def spread(values):
    """Median, least and greatest, or None where there is nothing to sum."""
    values = list(values)
    return Spread(median(values), min(values), max(values), len(values)) if values else None


def of(rounds, proxy, field):
    """A field of one proxy over all rounds that count."""
    return spread(getattr(r[proxy], field) for r in rounds if proxy in r and not r[proxy].failure)


def ratio(rounds, proxy, peer, field):
    """The spread of proxy/peer, each taken within one round; rounds where either failed do not count."""
    return spread(getattr(r[proxy], field) / getattr(r[peer], field) for r in rounds
                  if proxy in r and peer in r and not r[proxy].failure and not r[peer].failure)


def failures(rounds, proxy):
    return [r[proxy].failure for r in rounds if proxy in r and r[proxy].failure]


def drift(slices):
    """How far the last slice of a warm-up is from the one before, as a share; None if one failed."""
    if len(slices) < 2 or any(s.failure for s in slices[-2:]):
        return None
    return abs(slices[-1].cpu_us / slices[-2].cpu_us - 1)


def goals(case, rounds):
    """Each goal of a case with the spread it is judged by, and whether the median meets it (None: not
    measured, or a round of the proxy it is asked of failed)."""
    for goal in GOALS:
        if goal.case != case.name:
            continue
        found = (ratio(rounds, goal.proxy, goal.peer, goal.field) if goal.peer
                 else of(rounds, goal.proxy, goal.field))
        judged = found and not failures(rounds, goal.proxy)
        yield goal, found, goal.met(found.median) if judged else None
