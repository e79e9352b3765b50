# SPDX-License-Identifier: Apache-2.0
"""The program from outside: exit statuses, one-line messages, files left behind.

    python3 command_line.py PROGRAM
"""
import csv
import json
import os
import pty
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

IDEM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "idem"
MNIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../data/mnist/first100-")
KEYS = ["idem", "contract", "scalar", "dim", "algorithm", "seed", "steps", "loss", "distance",
        "relative_distance", "digest", "seconds", "status"]


def npy(kind, shape, values):
    """A .npy file of version 1.0; `kind` is f (float32) or d (float64)."""
    header = "{'descr': '<f%d', 'fortran_order': False, 'shape': %s, }" % (
        struct.calcsize(kind), repr(tuple(shape)))
    header = header.ljust(117) + "\n"
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() +
            struct.pack("<%d%s" % (len(values), kind), *values))


class InFolder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="idem-")
        self.addCleanup(shutil.rmtree, self.folder)

    def file(self, name, content):
        mode = "wb" if isinstance(content, bytes) else "w"
        with open(os.path.join(self.folder, name), mode) as f:
            f.write(content)
        return name

    def text(self, name):
        with open(os.path.join(self.folder, name), newline="") as f:
            return f.read()

    def idem(self, *arguments, **options):
        return subprocess.run([IDEM, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120, **options)

    def succeeds(self, *arguments, **options):
        done = self.idem(*arguments, **options)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout

    def fails(self, status, pattern, *arguments, **options):
        """One line on standard error that matches, nothing on standard output, no file left."""
        before = sorted(os.listdir(self.folder))
        done = self.idem(*arguments, **options)
        self.assertEqual(done.returncode, status, (arguments, done.stderr))
        self.assertRegex(done.stderr, r"\Aidem: [^\n]*\n\Z")
        self.assertRegex(done.stderr, pattern)
        self.assertEqual(done.stdout, "")
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def refuses(self, pattern, *arguments, **options):
        self.fails(2, pattern, *arguments, **options)


class Program(InFolder):
    def test_help_is_everywhere(self):
        for arguments in ["--help"], ["-h"], ["info", "--help"], ["train", "--help"]:
            self.assertIn("Usage: idem", self.succeeds(*arguments))

    def test_version_names_library_and_contract(self):
        self.assertRegex(self.succeeds("--version"), r"\Aidem \d+\.\d+\.\d+ \(contract \d+\)\n\Z")

    def test_wrong_usage_is_one_line(self):
        self.refuses("a verb is needed: the verbs are .*info")
        self.refuses("unknown: trian: the verbs are", "trian")
        self.refuses("not expected: --wrong.*idem info --help", "info", "--wrong")
        self.refuses("not expected: stray", "info", "stray")
        self.refuses("--json", "info", "--json")
        self.refuses("--json", "info", "--json", "a", "--json", "b")
        self.refuses("unknown: \\?\\?", "\n\x1b")

    def test_an_experiment_answers_help_itself(self):
        self.assertIn("NAME", self.succeeds("reproduce", "--help"))
        self.refuses("which experiment\\? There are li-yuan-pairs", "reproduce")
        self.refuses('"li" is not one of li-yuan-pairs', "reproduce", "li", "--help")
        if os.path.exists(os.path.join(os.path.dirname(IDEM), "idem-li-yuan-pairs")):
            self.assertIn("--images", self.succeeds("reproduce", "li-yuan-pairs", "--help"))

    def test_output_that_cannot_be_written_fails(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([IDEM, "info"], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "idem: standard output cannot be written\n")


class Info(InFolder):
    def test_text_and_json_say_the_same(self):
        text = self.succeeds("info", "--json", "a.json")
        info = json.loads(self.text("a.json"))
        self.assertIn("idem %s, arithmetic contract %d" % (info["idem"], info["contract"]), text)
        self.assertIn(info["arithmetic"], text)
        self.assertIn("dimensions  " + " ".join(map(str, info["dims"])), text)
        for row in info["footprint"]:
            parts = [row[k] for k in ("weights", "gradient", "samples", "scratch", "other")]
            self.assertEqual(row["total"], sum(parts))

    def test_paths_that_cannot_be_written_are_refused(self):
        self.refuses("missing/a: cannot be written", "info", "--json", "missing/a")
        self.refuses("cannot be written", "info", "--json", self.folder)
        self.refuses("name of a file is needed", "info", "--json", "")


class Train(InFolder):
    def setUp(self):
        super().setUp()
        self.succeeds("info", "--json", "info.json")
        self.dim = json.loads(self.text("info.json"))["dims"][0]
        self.short = ["train", "--dim", str(self.dim), "--steps", "20"]
        os.remove(os.path.join(self.folder, "info.json"))

    def result(self, *arguments):
        self.succeeds(*arguments, "--json", "result.json")
        return json.loads(self.text("result.json"))

    def rows(self, count, last="1"):
        head = ",".join("x%d" % k for k in range(self.dim)) + ",y\n"
        line = ",".join("%g" % (0.5 + k) for k in range(self.dim))
        return head + (line + ",1\n") * (count - 1) + line + "," + last + "\n"

    def test_result_has_the_shared_keys(self):
        result = self.result(*self.short)
        self.assertEqual([key for key in result if key in KEYS], KEYS)
        self.assertRegex(result["digest"], r"\A[0-9a-f]{16}\Z")
        self.assertEqual((result["steps"], result["dim"], result["status"]), (20, self.dim, "ok"))

    def test_threads_and_repetition_change_no_bit(self):
        digests = {self.result(*self.short, "--batch", "300", "--threads", n)["digest"]
                   for n in ("1", "1", "2", "3")}
        self.assertEqual(len(digests), 1)
        other = self.result(*self.short, "--batch", "300", "--seed", "2")["digest"]
        self.assertNotIn(other, digests)

    def test_trace_and_picture_are_written(self):
        self.succeeds(*self.short, "--trace", "t.csv")
        with open(os.path.join(self.folder, "t.csv")) as f:
            rows = list(csv.DictReader(f))
        self.assertEqual(rows[-1]["step"], "20")
        for row in rows:
            self.assertGreater(float(row["loss"]), 0)
            self.assertGreater(float(row["distance"]), 0)
        if shutil.which("gnuplot"):
            self.succeeds(*self.short, "--plot", "p.svg")
            self.assertIn("</svg>", self.text("p.svg"))

    def test_own_data_are_trained_on(self):
        values = [0.1 * (k % 7) - 0.3 for k in range(50 * self.dim)]
        self.file("x.npy", npy("f", (50, self.dim), values))
        self.file("y.npy", npy("d", (50,), [float(k % 3) for k in range(50)]))
        self.file("a.csv", self.rows(50))
        for data in ["--data", "x.npy", "--labels", "y.npy"], ["--data", "a.csv"]:
            result = self.result("train", *data, "--epochs", "3", "--step", "0.0001")
            self.assertEqual((result["dim"], result["status"]), (self.dim, "ok"))
            self.assertIsNone(result["distance"])

    def test_bad_data_are_refused(self):
        train = ["train", "--data"]
        for ending in "csv", "npy", "txt":
            self.refuses("nothing.%s: no such file" % ending, *train, "nothing." + ending)
        self.refuses('--json: "-" is no file; standard output is /dev/stdout', *self.short, "--json", "-")
        self.file("empty.csv", "")
        self.refuses("empty.csv: empty", *train, "empty.csv")
        self.file("word.csv", self.rows(3, "one"))
        self.refuses(r"word.csv, line 4, column %d \(y\): \"one\"" % (self.dim + 1),
                     *train, "word.csv")
        self.file("nan.csv", self.rows(3, "nan"))
        self.refuses(r"nan.csv, line 4, column %d \(y\): \"nan\"" % (self.dim + 1),
                     *train, "nan.csv")
        self.file("ragged.csv", self.rows(3, "1,2"))
        self.refuses("ragged.csv, line 4: %d fields" % (self.dim + 2), *train, "ragged.csv")
        self.file("three.csv", self.rows(3))
        self.refuses("--batch: 4 is larger than the set, which has 3 samples",
                     *train, "three.csv", "--batch", "4")
        self.refuses("--dim: 7777, but the samples of three.csv have %d" % self.dim,
                     *train, "three.csv", "--dim", "7777")
        self.file("narrow.csv", "".join("x%d," % k for k in range(51)) + "y\n" + "1," * 51 + "1\n")
        self.refuses("dimension 51 is not built in", *train, "narrow.csv")
        self.file("x.npy", npy("f", (2, self.dim), [1.0] * (2 * self.dim))[:-1])
        self.file("y.npy", npy("f", (3,), [1.0] * 3))
        self.refuses("x.npy: truncated", *train, "x.npy", "--labels", "y.npy")
        self.file("x.npy", npy("f", (2, self.dim), [1.0] * (2 * self.dim)))
        self.refuses("x.npy holds 2 samples, y.npy holds 3 labels",
                     *train, "x.npy", "--labels", "y.npy")
        self.refuses("x.npy: its labels are in a file of their own", *train, "x.npy")
        self.refuses("dimension 784 is not built in", *train, MNIST + "images-idx3-ubyte.gz",
                     "--labels", MNIST + "labels-idx1-ubyte.gz")

    def test_bad_options_are_refused(self):
        self.refuses("dimension 51 is not built in .* -Ddims=", "train", "--dim", "51")
        self.refuses("--batch: 11 is larger", *self.short, "--samples", "10", "--batch", "11")
        for step in "0", "-1", "nan", "inf", "x":
            self.refuses('--step: "%s" is not a finite number above 0' % step, "train",
                         "--step", step)
        self.refuses("--threads", "train", "--threads", "0")
        self.refuses("not expected: stray", "train", "stray")
        self.refuses("lemma25:1e38:1e-38 gives steps of size inf: it must be finite and above 0", *self.short,
                     "--schedule", "lemma25:1e38:1e-38")

    def test_a_set_smaller_than_the_batch_nobody_asked_for_is_one_batch(self):
        self.assertEqual(self.result(*self.short, "--samples", "50")["status"], "ok")

    def test_outputs_that_cannot_be_written_are_found_before_the_training(self):
        endless = ["train", "--dim", str(self.dim), "--steps", "1000000000000"]
        for option in "--trace", "--json", "--plot":
            self.refuses("missing/a: cannot be written", *endless, option, "missing/a")
        self.refuses("name the same file", *endless, "--trace", "a", "--json", "./a")
        self.refuses("gnuplot, which is not installed: apt-get install gnuplot-nox", *endless,
                     "--plot", "p.svg", env={**os.environ, "PATH": self.folder})

    def test_divergence_exits_with_1_and_keeps_the_last_good_weights(self):
        done = self.idem("train", "--dim", str(self.dim), "--steps", "1000", "--step", "1e9",
                         "--json", "a.json")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertRegex(done.stderr, r"\Aidem: step \d+: [^\n]*smaller step\n\Z")
        result = json.loads(self.text("a.json"))
        self.assertEqual(result["status"], "diverged")
        self.assertLess(result["steps"], 1000)

    def endless(self, **streams):
        """A run that only a signal ends, once it has begun to listen: when its trace is open."""
        run = subprocess.Popen(
            [IDEM, "train", "--dim", str(self.dim), "--steps", "1000000000000",
             "--trace", "t.csv", "--json", "r.json"], cwd=self.folder, **streams)
        self.addCleanup(run.kill)
        self.soon(lambda: any(name.startswith("t.csv") for name in os.listdir(self.folder)))
        return run

    def soon(self, happens):
        end = time.monotonic() + 60
        while not happens():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)

    def test_interrupt_ends_the_step_and_writes_what_there_is(self):
        for number in signal.SIGINT, signal.SIGTERM:
            run = self.endless(stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            run.send_signal(number)
            said = run.communicate(timeout=60)
            self.assertEqual(run.returncode, 130, said)
            self.assertEqual(json.loads(self.text("r.json"))["status"], "interrupted")
            self.assertRegex(self.text("t.csv"), r"\Astep,loss,distance\n(\d+,[^\n]*\n)+\Z")
            self.assertEqual(sorted(os.listdir(self.folder)), ["r.json", "t.csv"])
            os.remove(os.path.join(self.folder, "t.csv"))

    def test_progress_is_shown_on_a_terminal(self):
        try:
            ours, theirs = pty.openpty()
        except OSError as no_terminals:  # as in a chroot without /dev/pts
            self.skipTest(str(no_terminals))
        run = self.endless(stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        seen = b""

        def bar():
            nonlocal seen
            seen += os.read(ours, 65536)
            return re.search(rb"\[[# ]{20}\] +\d+ %  \d+ of 1000000000000  loss ", seen)
        self.soon(bar)
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(timeout=60), 130)
        os.close(ours)

    def test_progress_is_not_shown_in_a_pipe(self):
        run = self.endless(stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(1)
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.communicate(timeout=60)[1], b"")


if __name__ == "__main__":
    unittest.main()
