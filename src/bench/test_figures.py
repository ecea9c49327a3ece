"""What must never become a number. Run: python3 -m unittest discover -s src/bench"""

import contextlib
import http.client
import os
import re
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path
from xml.dom import minidom

import charts
import figures
import tools
from cases import CASES, GOALS, PROXIES
from contenders import base, title, workers
from load import Generator, Sample, failure_of
from measurement import Measured
from processes import free_ports

NO_ERRORS = {"refused": 0, "status": 0, "body": 0, "lost": 0, "stuck": 0}
BY_NAME = {case.name: case for case in CASES}


def found(requests=100, never_sent=0, **errors):
    return {"requests": requests, "never_sent": never_sent, "errors": {**NO_ERRORS, **errors}}


class RoundsThatDoNotCountTest(unittest.TestCase):

    def test_a_clean_round_counts(self):
        self.assertEqual("", failure_of(found()))

    def test_every_kind_of_error_fails_the_round(self):
        for kind in NO_ERRORS:
            self.assertEqual(f"errors: 1 {kind}", failure_of(found(**{kind: 1})))

    def test_silence_fails_the_round(self):
        self.assertEqual("no request was answered", failure_of(found(requests=0)))

    def test_a_rate_that_is_not_kept_fails_the_round(self):
        self.assertEqual("", failure_of(found(never_sent=1)))
        self.assertIn("cannot keep the rate: 2 requests", failure_of(found(never_sent=2)))


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
        large = BY_NAME["large"]
        self.assertEqual([True, None], verdicts(large, [pair(gyre=9, nginx=10)]))
        self.assertEqual([False, None], verdicts(large, [pair(gyre=10, nginx=10)]))
        self.assertEqual([None, None], verdicts(large, [pair(gyre=9, nginx=10),
                                                       {"gyre": Sample("gyre", failure="errors")}]))

    def test_two_workers_are_judged_by_those_of_one(self):
        rounds = [{"gyre": Sample("gyre", per_second=100), "gyre×2": Sample("gyre×2", per_second=195)}]
        self.assertEqual([True], verdicts(BY_NAME["scaling"], rounds))

    def test_a_warm_up_that_still_falls_is_seen(self):
        slices = [Sample("gyre", cpu_us=us) for us in (50, 20, 18)]
        self.assertAlmostEqual(0.1, figures.drift(slices))

    def test_every_goal_belongs_to_a_case_and_its_proxies(self):
        for goal in GOALS:
            self.assertLessEqual({goal.proxy, goal.peer or "gyre"}, set(BY_NAME[goal.case].proxies), goal)

    def test_every_contender_is_known(self):
        for case in CASES:
            self.assertLessEqual({base(name) for name in case.proxies}, set(PROXIES))
        self.assertEqual(("nginx", 2), (base("nginx×2"), workers("nginx×2")))
        self.assertEqual("nginx, 2 workers", title("nginx×2"))


class ChartsTest(unittest.TestCase):

    def test_a_chart_is_whole_and_shows_what_was_measured(self):
        measured = Measured(BY_NAME["small"], proxies=["gyre", "nginx"],
                            rounds=[pair(gyre=12.5, nginx=10), pair(gyre=13.5, nginx=10)])
        text = charts.of_case(measured)
        minidom.parseString(text)
        self.assertIn(">13.0<", text)
        self.assertEqual(12, len(re.findall("<rect", text)))


class EveryByteTest(unittest.TestCase):
    """The load generator and the origin, compiled and run against each other."""

    @classmethod
    def setUpClass(cls):
        cls._directory = tempfile.TemporaryDirectory()
        cls.programs = tools.find(Path("none"))
        cls.programs.compile(Path(cls._directory.name))

    @classmethod
    def tearDownClass(cls):
        cls._directory.cleanup()

    def load(self, *given, delay_ms=0):
        port, secure = free_ports(2)
        command = [self.programs.paths["origin"], str(delay_ms), str(port), f"tls:{secure}"]
        environment = {**os.environ, "CERTIFICATE": self.programs.paths["certificate"]}
        with subprocess.Popen(command, env=environment) as origin:
            try:
                await_port(port)
                options = [text for text in given if not text.startswith(("GET", "POST"))]
                given = ["-c", 4, "-d", 1, *options, secure if "-t" in options else port, *given[len(options):]]
                with Generator([self.programs.paths["load"]], given) as generator:
                    return generator.go(1)
            finally:
                origin.kill()

    def test_good_answers_of_all_sizes_count(self):
        result = self.load("GET:/133:0:133:9", "GET:/1048576:0:1048576:1", "POST:/10:1048576:10:1")
        self.assertEqual("", failure_of(result))

    def test_an_answer_of_another_length_counts_as_wrong(self):
        self.assertRegex(failure_of(self.load("GET:/133:0:134:1")), r"^errors: \d+ body$")

    def test_a_wrong_byte_counts_as_wrong(self):
        listener = socket.create_server(("127.0.0.1", 0))
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n000000000000000\nX"

        def serve():
            while True:
                with contextlib.suppress(OSError), listener.accept()[0] as connection:
                    while connection.recv(4096):
                        connection.sendall(answer)
        threading.Thread(target=serve, daemon=True).start()
        given = ["-c", 1, "-d", 1, listener.getsockname()[1], "GET:/17:0:17:1"]
        with Generator([self.programs.paths["load"]], given) as generator:
            self.assertRegex(failure_of(generator.go(1)), r"^errors: \d+ body$")

    def test_the_origin_sees_a_wrong_byte_of_an_upload(self):
        port, = free_ports(1)
        with subprocess.Popen([self.programs.paths["origin"], "0", str(port)]) as origin:
            try:
                await_port(port)
                for upload, status in ((b"000000000000000\n0", 200), (b"000000000000000\nX", 500)):
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                    connection.request("POST", "/5", upload)
                    self.assertEqual(status, connection.getresponse().status)
                    connection.close()
            finally:
                origin.kill()

    def test_every_scheduled_request_is_accounted_for(self):
        result = self.load("-r", "500", "GET:/133:0:133:1")
        self.assertEqual(NO_ERRORS, result["errors"])
        # The last few may be under way at the end.
        self.assertAlmostEqual(500, result["requests"] + result["never_sent"], delta=6)

    def test_answers_over_a_limit_are_counted(self):
        self.assertEqual(0, self.load("-l", "60000", "GET:/133:0:133:1")["slow"])
        result = self.load("-l", "20", "GET:/133:0:133:1", delay_ms=50)
        self.assertGreater(result["requests"], 0)
        self.assertEqual(result["requests"], result["slow"])

    def test_each_request_has_a_connection_of_its_own(self):
        result = self.load("-n", "GET:/133:0:133:1")
        self.assertEqual("", failure_of(result))
        self.assertEqual(result["requests"], result["opened"])

    def test_answers_under_tls_are_compared_as_well(self):
        kinds = "GET:/133:0:133:9", "GET:/1048576:0:1048576:1", "POST:/10:1048576:10:1"
        self.assertEqual("", failure_of(self.load("-t", *kinds)))
        self.assertRegex(failure_of(self.load("-t", "GET:/133:0:134:1")), r"^errors: \d+ body$")

    def test_sessions_are_resumed_only_where_that_is_asked_for(self):
        full = self.load("-t", "-n", "GET:/133:0:133:1")
        resumed = self.load("-t", "-n", "-s", "GET:/133:0:133:1")
        self.assertEqual(["", ""], [failure_of(full), failure_of(resumed)])
        self.assertEqual(0, full["resumed"])
        # One of each of the four connections may be under way at the end.
        self.assertAlmostEqual(resumed["requests"], resumed["resumed"], delta=8)

    def test_what_goes_into_a_tunnel_comes_back(self):
        for secure in ((), ("-t",)):
            result = self.load(*secure, "-u", "GET:/:100:100:9", "GET:/:1048576:1048576:1")
            self.assertEqual("", failure_of(result))


def await_port(port):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
    raise AssertionError(f"nobody listens on {port}")


def pair(**cpu):
    return {name: Sample(name, cpu_us=us) for name, us in cpu.items()}


def verdicts(case, rounds):
    return [met for _, _, met in figures.goals(case, rounds)]


if __name__ == "__main__":
    unittest.main()
