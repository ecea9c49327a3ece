"""What the first seconds of a node must never be made to look like."""

import importlib.machinery
import importlib.util
import tempfile
import unittest
from pathlib import Path
from types import SimpleNamespace

import report
import starts
import tools
from cases import CASES
from load import Generator, Sample, arguments
from measurement import Measured
from processes import Processes, free_ports
from starts import FULL, HALF, ONE, QUICK, REAL, WAYS, Start


def found(*requests, ends=REAL.windows, p99_us=5000, slices=()):
    return {"windows": [{"to_s": end, "requests": n, "p50_us": 1000, "p99_us": p99_us if n else 0,
                         "max_us": 2 * p99_us if n else 0} for end, n in zip(ends, requests)],
            "per_100ms": list(slices) or [0]}


def judged(result, times=REAL, **fields):
    start = Start(**fields)
    starts.judge(start, result, times)
    return start


class WindowsTest(unittest.TestCase):

    def test_a_window_is_compared_with_the_steady_rate_of_the_same_start(self):
        start = judged(found(5_000, 25_000, 180_000, 200_000, 600_000, 200_000))
        self.assertEqual(20_000, start.steady)
        self.assertEqual([1_000, 5_000, 18_000, 20_000], [w.per_second for w in start.windows])
        self.assertEqual([0.05, 0.25, 0.9, 1], [w.share for w in start.windows])

    def test_at_a_fixed_rate_the_rate_is_what_a_window_is_compared_with(self):
        start = judged(found(25_000, 50_000, 100_000, 100_000, ends=REAL.ends), rate=10_000)
        self.assertEqual([0.5, 1, 1, 1], [w.share for w in start.windows])

    def test_a_window_without_an_answer_is_no_fast_one(self):
        start = judged(found(0, 25_000, 180_000, 200_000, 600_000, 200_000))
        self.assertEqual(5_000, start.worst_p99_ms)

    def test_one_lucky_slice_is_not_steady(self):
        slices = [10, 2_000, 10, 10, 10, 10, 10, 2_000, 2_000, 2_000, 2_000, 2_000]
        start = judged(found(1, 1, 1, 1, 1, 200_000, slices=slices))
        self.assertAlmostEqual(0.5, start.ready_s)

    def test_the_load_generator_counts_each_answer_in_the_window_it_came_in(self):
        with tempfile.TemporaryDirectory() as name, Processes(Path(name)) as processes:
            programs = tools.find(Path("none"))
            programs.compile(Path(name))
            port, = free_ports(1)
            origin = processes.start("origin", [programs.paths["origin"], 0, port], 0)
            origin.await_answer(port, "/stats", 10)
            case = CASES[0]
            with Generator([programs.paths["load"]], arguments(case, port, 3, (1, 2))) as generator:
                result = generator.go(3)
        self.assertEqual([1, 2], [w["to_s"] for w in result["windows"]])
        for window, slices in zip(result["windows"], (result["per_100ms"][:10], result["per_100ms"][10:20])):
            self.assertEqual(window["requests"], sum(slices))
            self.assertGreater(window["p99_us"], 0)
            self.assertGreaterEqual(window["max_us"], window["p99_us"])
        self.assertGreater(result["requests"], sum(w["requests"] for w in result["windows"]))


class GoalsTest(unittest.TestCase):

    def test_every_goal_is_of_a_way_that_is_measured(self):
        ways = {way.name for way in WAYS if way.proxy == "gyre"}
        for goal in starts.GOALS:
            self.assertIn(goal.way, ways)
            self.assertLess(goal.window, len(REAL.ends))

    def test_shares_must_be_reached_and_times_kept(self):
        rounds = [{starts.key(ONE, FULL, starts.PLAIN): judged(found(
            5_000, 50_000, 180_000, 200_000, 600_000, 200_000, p99_us=300_000))}]
        self.assertEqual([("at least 15%", False), ("at least 45%", True), ("at least 90%", True),
                          ("at most 400 ms", True)],
                         [(goal.text.rpartition(", ")[2], met) for goal, _, met in starts.goals(rounds)])

    def test_a_start_that_failed_enters_no_sum(self):
        name = starts.key(ONE, FULL, starts.PLAIN)
        rounds = [{name: Start(failure="errors: 1 lost")}]
        self.assertEqual([], list(starts.goals(rounds)))
        self.assertIsNone(starts.of(rounds, ONE, FULL, starts.PLAIN, lambda start: start.steady))


class ReportTest(unittest.TestCase):

    def test_each_row_says_how_it_was_warmed_up_and_each_table_is_whole(self):
        whole = (5_000, 50_000, 180_000, 200_000, 600_000, 200_000)
        r = {starts.key(ONE, FULL, way.name): judged(found(*whole)) for way in WAYS}
        r |= {starts.key(ONE, HALF, way.name): judged(found(*whole[:4], ends=REAL.ends), rate=10_000)
              for way in WAYS}
        r[starts.key(ONE, FULL, "nginx")] = Start(failure="no connection")
        text = report.starts([r], WAYS, REAL, ["# heading"])
        tables = [line for line in text.splitlines() if line.startswith("|")]
        self.assertEqual(2 * (2 + len(WAYS)) + 2 + len(list(starts.goals([r]))), len(tables))
        columns = {line.count("|") for line in tables if "requests/s" in line or "; " in line}
        self.assertEqual({len(REAL.ends) + 9}, columns)
        self.assertIn("| target/vertx, cache, warm-up | at most 20s |", text)
        self.assertIn("| java -jar | none |", text)
        self.assertIn("no connection", text)

    def test_a_quick_try_takes_seconds_and_judges_nothing(self):
        self.assertLess(QUICK.total, 10)
        self.assertEqual(len(REAL.ends), len(QUICK.ends))
        start = judged(found(5, 5, 5, 5, 5, 5, ends=QUICK.windows), QUICK)
        text = report.starts([{starts.key(ONE, FULL, starts.PLAIN): start}], WAYS, QUICK, [])
        self.assertIn("| java -jar |", text)
        self.assertNotIn("goal", text)

    def test_every_figure_of_a_run_says_how_long_its_proxy_was_warmed_up(self):
        sample = Sample("gyre", cpu_us=10, load={"duration_us": 5_000_000})
        measured = Measured(CASES[0], ceiling=sample, proxies=["gyre"], rounds=[{"gyre": sample}],
                            warm_up={"gyre": [sample] * 4})
        run = SimpleNamespace(started="now", machine={}, versions={}, settings="", not_measured=[],
                              cases=[measured])
        rows = [line for line in report.tables(run).splitlines() if line.startswith(("| proxy", "| Gyre |"))]
        self.assertTrue(rows[0].startswith("| proxy | warm-up, s |"))
        self.assertTrue(rows[1].startswith("| Gyre | 20 |"))


class InliningTest(unittest.TestCase):

    LOG = """
        <task compile_id='1' method='x' stamp='1.0'>
        <klass id='7' name='io.netty.buffer.Pool$Arena' flags='1'/>
        <klass id='8' name='java.lang.String' flags='1'/>
        <method id='9' holder='7' name='&lt;init&gt;' bytes='200'/>
        <method id='10' holder='8' name='equals' bytes='200'/>
        <method id='11' holder='7' name='free' bytes='200'/>
        <call method='9' count='100'/>
        <inline_fail reason='hot method too big'/>
        <call method='10' count='100'/>
        <inline_fail reason='hot method too big'/>
        <call method='11' count='100'/>
        <inline_fail reason='already compiled into a big method'/>
        <task_done stamp='1.1'/>
        <task compile_id='2' method='y' level='3' stamp='1.2'>
        <call method='11' count='100'/>
        <inline_fail reason='hot method too big'/>
    """

    def test_only_what_the_second_compiler_left_out_for_its_size_is_listed(self):
        loader = importlib.machinery.SourceFileLoader("inlining", str(tools.HERE / "inlining"))
        inlining = importlib.util.module_from_spec(importlib.util.spec_from_loader("inlining", loader))
        loader.exec_module(inlining)
        self.assertEqual({"io/netty/buffer/Pool$Arena.<init>"}, inlining.kept_out(self.LOG.splitlines()))


if __name__ == "__main__":
    unittest.main()
