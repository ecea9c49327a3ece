"""What a leak looks like, and what only looks like one. Run: python3 -m unittest discover -s src/bench"""

import unittest
import zlib
from collections import Counter

import soak_samples
import soak_verdict
from soak_backend import body, checksum
from soak_samples import Sample

HISTOGRAM = """ num     #instances         #bytes  class name (module)
-------------------------------------------------------
   1:         71234        6123456  [B (java.base@17.0.1)
Total        312345       21234567
"""
MEMORY = """Total: reserved=1819KB, committed=456KB
-                     Other (reserved=8210KB, committed=8208KB)
                            (malloc=8208KB #45)
"""


def samples(*heaps, files=60):
    return [Sample(60 * (i + 1), heap, 16.0, files, 30, 300) for i, heap in enumerate(heaps)]


def met(found, tolerance=0.05):
    return [line.met for line in soak_verdict.lines(found, 300, tolerance)]


class GrowthTest(unittest.TestCase):

    def test_what_stays_is_no_leak(self):
        self.assertEqual([True] * 4, met(samples(*[40, 41, 40, 40, 41, 40, 41, 40, 41, 40])))

    def test_slow_growth_is_seen(self):
        self.assertFalse(met(samples(*range(40, 60)))[0])

    def test_one_high_sample_at_the_end_is_no_growth(self):
        self.assertTrue(met(samples(*[40] * 9, 55))[0])

    def test_a_few_more_of_little_are_borne(self):
        first, last = samples(*[40] * 8), samples(*[40] * 2, files=63)
        self.assertTrue(met(first + last)[2])
        self.assertFalse(met(first + samples(*[40] * 3, files=64))[2])

    def test_falling_is_fine(self):
        self.assertTrue(met(samples(*range(60, 40, -1)))[0])

    def test_a_short_run_has_a_beginning_and_an_end(self):
        first, last = soak_verdict.windows([Sample(12.0 * i, 1, 1, 1, 1, 1) for i in range(1, 11)], 36)
        self.assertEqual((3, 3), (len(first), len(last)))


class FailuresTest(unittest.TestCase):

    def test_an_honest_client_may_not_fail_at_all(self):
        failures = Counter({("keep_alive", "ConnectionResetError"): 1})
        self.assertEqual(failures, soak_verdict.unexpected(failures))

    def test_a_rude_one_may_be_cut_off_but_not_kept_waiting(self):
        failures = Counter({("faulty", "ConnectionResetError"): 5, ("faulty", "TimeoutError"): 1,
                            ("bad", "Wrong 200 for a bad request"): 1})
        self.assertEqual({("faulty", "TimeoutError"): 1, ("bad", "Wrong 200 for a bad request"): 1},
                         soak_verdict.unexpected(failures))


class ReadingTest(unittest.TestCase):

    def test_the_sum_of_live_objects(self):
        self.assertEqual(21_234_567, soak_samples.live_bytes(HISTOGRAM))

    def test_memory_that_java_has_allocated_outside_the_heap(self):
        self.assertEqual(8208, soak_samples.other_kb(MEMORY))

    def test_a_body_is_as_long_as_it_says(self):
        for length in (0, 1, 65_536, 70_000):
            self.assertEqual(length, len(b"".join(body(length))))
            self.assertEqual(checksum(length), zlib.crc32(b"".join(body(length))))


if __name__ == "__main__":
    unittest.main()
