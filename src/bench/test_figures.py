"""What must never become a number. Run: python3 -m unittest discover -s src/bench"""

import unittest

import figures
from cases import cases
from load import Sample, failure_of

NO_ERRORS = {"connect": 0, "read": 0, "write": 0, "status": 0, "timeout": 0}


def wrk(requests=100, byte_count=20_000, **errors):
    return {"requests": requests, "bytes": byte_count, "errors": {**NO_ERRORS, **errors}}


class RoundsThatDoNotCountTest(unittest.TestCase):

    def test_a_clean_round_counts(self):
        self.assertEqual("", failure_of(wrk(), 64, 200))

    def test_answers_still_under_way_at_the_end_are_no_failure(self):
        self.assertEqual("", failure_of(wrk(byte_count=20_000 + 64 * 200), 64, 200))

    def test_every_kind_of_error_fails_the_round(self):
        for kind in NO_ERRORS:
            self.assertEqual(f"errors: 1 {kind}", failure_of(wrk(**{kind: 1}), 64, 200))

    def test_answers_cut_short_fail_the_round(self):
        self.assertIn("19999 bytes for 100 answers", failure_of(wrk(byte_count=19_999), 64, 200))

    def test_answers_too_long_fail_the_round(self):
        self.assertIn("expected: 200 each", failure_of(wrk(byte_count=20_001 + 64 * 200), 64, 200))

    def test_silence_fails_the_round(self):
        self.assertEqual("no request was answered", failure_of(wrk(requests=0, byte_count=0), 64, 200))


class FiguresTest(unittest.TestCase):

    def test_a_ratio_is_taken_within_a_round(self):
        # The machine was half as fast in the second round: the ratio does not know.
        rounds = [pair(gyre=12, nginx=10), pair(gyre=24, nginx=20), pair(gyre=13, nginx=10)]
        self.assertEqual(figures.Spread(1.2, 1.2, 1.3, 3), figures.ratio(rounds, "gyre", "nginx", "cpu_us"))

    def test_a_failed_round_enters_no_sum(self):
        failed = {**pair(nginx=10), "gyre": Sample("gyre", failure="errors")}
        rounds = [pair(gyre=12, nginx=10), failed]
        self.assertEqual(1, figures.of(rounds, "gyre", "cpu_us").count)
        self.assertEqual(1, figures.ratio(rounds, "gyre", "nginx", "cpu_us").count)
        self.assertEqual(["errors"], figures.failures(rounds, "gyre"))

    def test_a_goal_is_met_missed_or_not_judged(self):
        small = cases(4000)[0]
        self.assertEqual([True, None], verdicts(small, [pair(gyre=13, nginx=10)]))
        self.assertEqual([False, None], verdicts(small, [pair(gyre=14, nginx=10)]))
        self.assertEqual([None, None], verdicts(small, [pair(gyre=13, nginx=10),
                                                       {"gyre": Sample("gyre", failure="errors")}]))

    def test_a_goal_is_not_judged_under_another_load(self):
        rounds = [{"gyre": Sample("gyre", per_second=20_000, p50_ms=201)}]
        self.assertEqual([True, True], verdicts(cases(4000)[2], rounds))
        self.assertEqual([None, None], verdicts(cases(100)[2], rounds))

    def test_a_warm_up_that_still_falls_is_seen(self):
        slices = [Sample("gyre", cpu_us=us) for us in (50, 20, 18)]
        self.assertAlmostEqual(0.1, figures.drift(slices))


def pair(**cpu):
    return {name: Sample(name, cpu_us=us) for name, us in cpu.items()}


def verdicts(case, rounds):
    return [met for _, _, met in figures.goals(case, rounds)]


if __name__ == "__main__":
    unittest.main()
