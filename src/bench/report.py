"""The Markdown a run leaves behind."""

from dataclasses import dataclass, field

import starts as first_seconds
from contenders import TITLES, base, title
from figures import drift, failures, goals, of, ratio

STEADY = 0.05
QUIET = 0.05
COMPARED = ("cpu_us", "per_second", "p99_ms")


@dataclass
class Run:
    started: str
    machine: dict
    versions: dict
    settings: str
    cases: list = field(default_factory=list)
    not_measured: list = field(default_factory=list)

    def failed(self):
        return bool(self.not_measured) or any(measured.failed() for measured in self.cases)

    def as_json(self):
        return {"started": self.started, "machine": self.machine, "versions": self.versions,
                "settings": self.settings, "not_measured": self.not_measured,
                "cases": [measured.as_json() for measured in self.cases]}


def tables(run):
    """What was measured, case by case, with all that a reader needs to judge it."""
    lines = [f"# Gyre beside its peers, {run.started}", ""]
    lines += [f"- {name}: {value}" for name, value in {**run.machine, **run.versions}.items()]
    lines += [f"- run: {run.settings}"]
    lines += [f"- **not measured**: {reason}" for reason in run.not_measured] + [""]
    for measured in run.cases:
        lines += _case(measured) + [""]
    return "\n".join(lines)


def configurations(run):
    """The command and the configuration of everything that ran."""
    lines = ["## Commands and configurations", ""]
    for measured in run.cases:
        for name, (command, config) in measured.configurations.items():
            block = f"{command}\n\n{config}".strip()
            lines += [f"### {measured.case.name}: {name}", "", "```", block, "```", ""]
    return "\n".join(lines)


def _case(measured):
    rounds = measured.rounds
    lines = [f"## {measured.case.name}: {measured.case.title}", ""]
    lines += _notes(measured) + [""]
    lines += [f"![{measured.case.title}]({measured.case.name}.svg)", ""]
    lines += ["| proxy | warm-up, s | µs CPU per request | requests/s | p50 ms | p99 ms | p99.9 ms | RSS MB "
              "| connections to the origin per 1,000 requests | load core | rounds |", "|---" * 11 + "|"]
    lines += [_row(name, rounds, measured.warmed_s(name)) for name in measured.proxies]
    lines += _ceiling(measured) + [""]
    peers = [name for name in measured.proxies if name != "gyre" and "gyre" in measured.proxies]
    if peers:
        lines += ["| round by round | CPU per request | requests/s | p99 |", "|---|---|---|---|"]
        lines += [f"| {title(peer)} / Gyre | " + " | ".join(text(ratio(rounds, peer, "gyre", field), 2)
                                                     for field in COMPARED) + " |"
                  for peer in peers if base(peer) == "gyre"]
        lines += [f"| Gyre / {title(peer)} | " + " | ".join(text(ratio(rounds, "gyre", peer, field), 2)
                                                            for field in COMPARED) + " |"
                  for peer in peers if base(peer) != "gyre"]
        lines += ["", "| goal | measured | |", "|---|---|---|"]
        lines += [f"| {goal.text} | {text(found, 2)} | {verdict(met)} |"
                  for goal, found, met in goals(measured.case, rounds)]
    return lines


def _row(name, rounds, warmed_s):
    cells = [f"{warmed_s:.0f}"]
    cells += [text(of(rounds, name, field), digits) for field, digits in
             (("cpu_us", 1), ("per_second", 0), ("p50_ms", 2), ("p99_ms", 2), ("p999_ms", 2), ("rss_mb", 0),
              ("opened", 2))]
    failed = failures(rounds, name)
    total = sum(name in r for r in rounds)
    count = f"{total - len(failed)} of {total}"
    if failed:
        count += f", **failed**: {'; '.join(sorted(set(failed)))}"
    cells += [_share(of(rounds, name, "load_core")), count]
    return f"| {title(name)} | {' | '.join(cells)} |"


def _ceiling(measured):
    sample = measured.ceiling
    if sample.failure:
        return [f"| {TITLES['direct']} {'| – ' * 9}| **failed**: {sample.failure} |"]
    cells = [TITLES["direct"], "–", "–", f"{sample.per_second:,.0f}", f"{sample.p50_ms:.2f}",
             f"{sample.p99_ms:.2f}", f"{sample.p999_ms:.2f}", "–", "–", f"{sample.load_core:.0%}", "1"]
    return [f"| {' | '.join(cells)} |"]


def _notes(measured):
    lines = [f"- **left out**: {reason}" for reason in measured.left_out]
    if measured.greatest:
        greatest = ", ".join(f"{title(name)} {value:,.0f}" for name, value in measured.greatest.items())
        lines.append(f"- {measured.case.rate:,.0f} requests/s, {measured.case.share:.0%} of the slowest of: "
                     f"{greatest}")
    for name, slices in measured.warm_up.items():
        moved = drift(slices)
        if len(slices) > 1:
            steps = ", ".join("failed" if s.failure else f"{s.cpu_us:.1f}" for s in slices)
            verdict = ("not judged" if moved is None else "steady" if moved <= STEADY
                       else f"**not steady yet ({moved:.0%} between the last two): warm up longer**")
            lines.append(f"- warm-up of {title(name)}, µs CPU per request: {steps}: {verdict}")
    for name, seen in measured.headers.items():
        absent = [header for header, value in seen.items() if not value]
        added = f"all but {', '.join(absent)}" if absent else ", ".join(seen)
        lines.append(f"- {title(name)} adds {added}")
    counted = [s for r in measured.rounds for s in r.values() if not s.failure]
    others, stolen = (max((getattr(s, field) for s in counted), default=0) for field in ("others", "stolen"))
    if max(others, stolen) > QUIET:
        lines.append(f"- **not a quiet machine**: in a round, other processes used up to {others:.2f} of a "
                     f"core and the hypervisor took up to {stolen:.2f}")
    return lines


def starts(rounds, ways, times, heading):
    """The first seconds of each way to start, table by table: cores and load, then what is asked of Gyre."""
    lines = [*heading, "", "![the first seconds](cold-start.svg)", ""]
    for cores in (first_seconds.ONE, first_seconds.TWO):
        for load in (first_seconds.FULL, first_seconds.HALF):
            rows = [_start_row(rounds, cores, load, way, times) for way in ways
                    if any(first_seconds.key(cores, load, way.name) in r for r in rounds)]
            if rows:
                windows = " | ".join(f"{name}: requests/s, p99 ms, share" for name in times.names())
                lines += [f"## {cores} core{'s' if cores > 1 else ''}, {load}", "",
                          f"| start | warm-up before the ports open | first good answer, s | {windows} "
                          "| longest, ms | 90 % of steady after, s | steady requests/s | RSS at rest, MB "
                          "| failed |",
                          "|---" * (len(times.ends) + 8) + "|", *rows, ""]
    # The goals are of the real windows.
    judged = list(first_seconds.goals(rounds)) if times is first_seconds.REAL else []
    lines += ["| start | goal | measured | |", "|---|---|---|---|"] if judged else []
    lines += [f"| {goal.way}, {goal.cores} core{'s' if goal.cores > 1 else ''} | {goal.text} | "
              f"{text(found, 2)} | {verdict(met)} |" for goal, found, met in judged]
    return "\n".join(lines) + "\n"


def _start_row(rounds, cores, load, way, times):
    def cell(value, digits=0):
        return text(first_seconds.of(rounds, cores, load, way.name, value), digits)

    cells = [way.name, f"at most {way.warm_up}" if way.warms_up() else "none",
             cell(lambda start: start.first_s, 2)]
    for number in range(len(times.ends)):
        found = [first_seconds.of(rounds, cores, load, way.name, value) for value in (
            lambda start: start.windows[number].per_second, lambda start: start.windows[number].p99_ms,
            lambda start: start.windows[number].share)]
        cells.append(f"{text(found[0], 0)}; {text(found[1], 0)}; {_share(found[2])}")
    cells += [cell(lambda start: max(w.max_ms for w in start.windows)), cell(lambda start: start.ready_s, 1),
              cell(lambda start: start.steady)]
    cells.append(cell(lambda start: start.rss_mb) if load == first_seconds.FULL else "–")
    failed = {r[name].failure for r in rounds for name in [first_seconds.key(cores, load, way.name)]
              if name in r and r[name].failure}
    return f"| {' | '.join([*cells, '; '.join(sorted(failed)) or '0'])} |"


def text(found, digits):
    """A median with least and greatest in brackets."""
    if found is None:
        return "–"
    return f"{found.median:,.{digits}f} ({found.low:,.{digits}f}–{found.high:,.{digits}f})"


def _share(found):
    return "–" if found is None else f"{found.median:.0%}"


def verdict(met):
    return {True: "met", False: "**missed**", None: "not judged"}[met]
