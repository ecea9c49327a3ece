"""Tests of what a rolling restart is judged by: run with python3 -m unittest discover -s src/bench."""

import sys
import unittest
from argparse import Namespace

sys.dont_write_bytecode = True

import restarts
from cases import CASES, EACH_ASKS
from honest import Window

BY_NAME = {case.name: case for case in CASES}


def seen(requests=1000, errors=0, kinds=None, slow=0):
    return Window(1, 2, 3, 4, requests, errors, kinds or {}, slow, 0)


class JudgedTest(unittest.TestCase):

    def judged(self, window, problems=()):
        judged = restarts.Round()
        restarts.judge(judged, window, list(problems))
        return judged

    def test_a_lost_request_fails_the_round_and_says_how_it_was_lost(self):
        self.assertEqual("lost: 2 status", self.judged(seen(errors=2, kinds={"status": 2})).failure)

    def test_slow_answers_are_a_figure(self):
        judged = self.judged(seen(slow=7))
        self.assertEqual(("", 7), (judged.failure, judged.slow))

    def test_a_node_that_does_not_come_back_fails_the_round(self):
        self.assertEqual("node-1 has not ended", self.judged(seen(), ["node-1 has not ended"]).failure)

    def test_silence_fails_the_round(self):
        self.assertEqual("no request was answered", self.judged(seen(requests=0)).failure)

    def test_the_report_says_when_nodes_share_a_core(self):
        shared = self.report(node_cores="0")
        self.assertIn("nodes share cores", shared)
        self.assertNotIn("nodes share cores", self.report(node_cores="0;1;2"))
        self.assertEqual(1, len({line.count("|") for line in shared.splitlines() if line.startswith("|")}))

    def report(self, **changed):
        options = Namespace(**{"nodes": 3, "share": 60, "node_cores": "0", "load_core": 1, "cold": False,
                               **changed})
        node = {"node": "node-0", "stop_s": 1, "ready_s": 2, "full_s": 0, "exit_code": 0}
        return restarts.report([restarts.Round(nodes=[node])], restarts.REAL, options, {})


class CasesTest(unittest.TestCase):

    def test_every_connection_asks_once_in_a_round_of_any_length(self):
        for seconds in (2, 10):
            case = BY_NAME["idle"].in_rounds_of(seconds)
            self.assertAlmostEqual(EACH_ASKS * case.connections, case.rate * seconds)

    def test_other_rates_stay_as_they_are(self):
        self.assertEqual(13_000, BY_NAME["rate13k"].in_rounds_of(2).rate)

    def test_many_busy_connections_need_as_many_ports(self):
        self.assertGreater(BY_NAME["c4000"].ports(), 4_000)


if __name__ == "__main__":
    unittest.main()
