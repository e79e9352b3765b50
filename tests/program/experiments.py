# SPDX-License-Identifier: Apache-2.0
"""Experiments that are sweeps of trials, from outside: however they are spread, the same bytes.

    python3 experiments.py PROGRAM
"""
import csv
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

IDEM = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "idem"

# Each at a size that takes seconds.
EXPERIMENTS = {
    "jagatap-hegde-1a": ["--trials", "2", "--samples", "200,700", "--epochs", "3"],
    "jagatap-hegde-1b": ["--trials", "2", "--samples", "700", "--epochs", "30"],
    "am-noise": ["--trials", "1", "--samples", "1200", "--epochs", "3"],
    "am-resampling": ["--trials", "1", "--samples", "200,700", "--epochs", "3"],
    "am-solvers": ["--trials", "1", "--samples", "500,700"],
    "am-memory": [],
}


class InFolder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="idem-")
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def bytes(self, name):
        with open(self.path(name), "rb") as f:
            return f.read()

    def reproduce(self, *arguments):
        return subprocess.run([IDEM, "reproduce", *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=300)

    def succeeds(self, *arguments):
        done = self.reproduce(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout

    def refuses(self, pattern, *arguments):
        """Exit status 2, one line on standard error that matches, nothing else, no file left."""
        before = sorted(os.listdir(self.folder))
        done = self.reproduce(*arguments)
        self.assertEqual(done.returncode, 2, (arguments, done.stderr))
        self.assertRegex(done.stderr, r"\Aidem: [^\n]*\n\Z")
        self.assertRegex(done.stderr, pattern)
        self.assertEqual(done.stdout, "")
        self.assertEqual(sorted(os.listdir(self.folder)), before)

    def rows(self, name):
        with open(self.path(name), newline="") as f:
            self.assertRegex(f.readline(), r"\A# contract \d+ [a-z0-9-]+")
            return list(csv.DictReader(f))


class Every(InFolder):
    def test_help_names_the_options(self):
        for name in EXPERIMENTS:
            said = self.succeeds(name, "--help")
            for option in "--csv", "--plot", "--threads", "--shard", "--merge", "--quiet":
                self.assertIn(option, said)
            self.assertIn(name, self.succeeds("--help"))

    def test_however_it_is_spread_the_bytes_are_the_same(self):
        picture = shutil.which("gnuplot") is not None
        for name, size in EXPERIMENTS.items():
            with self.subTest(name):
                outputs = lambda stem: ["--csv", stem + ".csv"] + (["--plot", stem + ".svg"] if picture else [])
                said = self.succeeds(name, *size, "--threads", "1", *outputs("whole"))
                self.assertIn("\n", said)
                for shard in "1", "2":
                    self.assertEqual("", self.succeeds(name, *size, "--threads", "2", "--shard", shard + "/2",
                                                       "--csv", shard + ".csv"))
                self.assertNotEqual(self.bytes("1.csv"), self.bytes("2.csv"))
                merged = self.succeeds(name, "--merge", "2.csv", "1.csv", *outputs("merged"))
                self.assertEqual(said, merged)
                self.assertEqual(self.bytes("whole.csv"), self.bytes("merged.csv"))
                if picture:
                    self.assertIn(b"</svg>", self.bytes("whole.svg"))
                    self.assertEqual(self.bytes("whole.svg"), self.bytes("merged.svg"))

    def test_quiet_is_quiet(self):
        self.assertEqual("", self.succeeds("am-memory", "-q", "--csv", "a.csv"))
        self.assertGreater(len(self.rows("a.csv")), 10)


class Figures(InFolder):
    def test_enough_samples_find_the_teacher_and_too_few_do_not(self):
        self.succeeds("jagatap-hegde-1a", "--trials", "1", "--samples", "200,1200", "--csv", "a.csv")
        rows = self.rows("a.csv")
        self.assertEqual(len(rows), 8)
        for row in rows:
            for algorithm in "am_10", "am_100", "homotopy", "gd":
                self.assertEqual(row["n"] == "1200", float(row[algorithm]) < 0.01, row)

    def test_a_trial_is_its_seed(self):
        same = ["--samples", "700", "--epochs", "3", "--csv"]
        self.succeeds("jagatap-hegde-1a", "--trials", "2", *same, "a.csv")
        self.succeeds("jagatap-hegde-1a", "--trials", "1", "--seed", "2", *same, "b.csv")
        drop = lambda row: {k: v for k, v in row.items() if k != "trial"}
        self.assertEqual([drop(r) for r in self.rows("a.csv") if r["trial"] == "1"],
                         [drop(r) for r in self.rows("b.csv")])

    def test_the_oracle_is_best_and_noise_shows(self):
        self.succeeds("am-noise", "--trials", "1", "--samples", "1700", "--csv", "a.csv")
        errors = [float(row["oracle"]) for row in self.rows("a.csv")]
        self.assertEqual(errors, sorted(errors))
        for row in self.rows("a.csv")[:3]:
            self.assertLess(float(row["am"]), 1.2 * float(row["oracle"]))

    def test_a_singular_system_is_no_accident(self):
        picture = ["--plot", "a.svg"] if shutil.which("gnuplot") else []
        self.succeeds("am-solvers", "--trials", "1", "--samples", "1", "--csv", "a.csv", *picture)
        self.assertEqual(self.rows("a.csv")[0]["condition"], "inf")

    def test_corrections_bring_the_digits_that_the_factorization_lost(self):
        self.succeeds("am-solvers", "--trials", "1", "--samples", "500", "--csv", "a.csv")
        row = {k: float(v) for k, v in self.rows("a.csv")[0].items()}
        self.assertGreater(row["condition"], 1e3)
        for scalar in "float", "double":
            self.assertLess(10 * row[scalar + "_cholesky"], row[scalar + "_cholesky_first"])


class Refused(InFolder):
    def test_bad_options(self):
        for name in EXPERIMENTS:
            self.refuses("not expected: --wrong.*idem reproduce %s --help" % name, name, "--wrong")
            self.refuses("--threads: \"0\"", name, "--threads", "0")
            self.refuses("--csv FILE is needed", name, "--shard", "1/2")
            for shard in "0/2", "3/2", "1/0", "1", "1/x", "/":
                self.refuses("--shard", name, "--shard", shard, "--csv", "a.csv")
            self.refuses("--plot", name, "--shard", "1/2", "--csv", "a.csv", "--plot", "a.svg")
            self.refuses("name the same file", name, "--csv", "a", "--plot", "./a")
            self.refuses("missing/a: cannot be written", name, "--csv", "missing/a")
        for name in list(EXPERIMENTS)[:-1]:
            self.refuses("--trials: \"0\"", name, "--trials", "0")
            self.refuses("--samples: \"\"", name, "--samples", "500,")
            self.refuses("500 stands there twice", name, "--samples", "500,500")
            self.refuses("--norm: \"-1\"", name, "--norm", "-1")
        self.refuses("--trials", "am-memory", "--trials", "2")

    def test_files_that_are_not_the_shards_of_one_sweep(self):
        for shard in "1", "2", "3":
            self.succeeds("am-memory", "--shard", shard + "/3", "--csv", shard)
        merge = ["am-memory", "--merge"]
        self.refuses("8 of 24 trials are missing; the first of them is scalar,solver,kib,trial = float,cholesky,16,0",
                     *merge, "1", "3")
        self.refuses("2, line 3: this trial has been read before", *merge, "1", "2", "2")
        self.refuses("nothing: no such file", *merge, "nothing")
        self.refuses("nothing: no such file", *merge, "1", "nothing")
        self.refuses("--merge.*--shard|--shard.*--merge", *merge, "1", "--shard", "1/2", "--csv", "a")
        self.refuses("name the same file", *merge, "1", "2", "3", "--csv", "2")
        whole = self.bytes("1").decode()
        for name, content, said in [
                ("empty", "", "empty, line 1: not what --csv"),
                ("other", whole.replace("am-memory", "am-noise"), "other: trials of .*not of am-memory"),
                ("law", re.sub(r"contract \d+", "contract 0", whole), "law: trials of .*contract 0"),
                ("head", whole.replace("kib,", "kb,"), "head, line 2: \"scalar,"),
                ("cell", whole.replace("float,cholesky,4,", "half,cholesky,4,"), "cell, line 3: .*no trial"),
                ("word", whole.rstrip() + "x\n", "word, line 10: .*no trial"),
                ("short", whole.rstrip().rsplit(",", 1)[0] + "\n", "short, line 10: .*no trial")]:
            with open(self.path(name), "w") as f:
                f.write(content)
            self.refuses(said, *merge, name, "2", "3")

    def test_settings_come_from_the_files(self):
        size = ["--trials", "1", "--samples", "700", "--epochs", "3"]
        self.succeeds("jagatap-hegde-1a", *size, "--shard", "1/2", "--csv", "1")
        self.succeeds("jagatap-hegde-1a", *size, "--seed", "2", "--shard", "2/2", "--csv", "2")
        self.refuses("2: trials of .*--seed 2.*but those of 1 are of .*--seed 1", "jagatap-hegde-1a", "--merge",
                     "1", "2")
        self.refuses("--merge.*--seed|--seed.*--merge", "jagatap-hegde-1a", "--merge", "1", "--seed", "2")


class Interrupted(InFolder):
    def interrupted(self, *, files):
        """The message of a sweep that was stopped once there were more than `files` files."""
        run = subprocess.Popen([IDEM, "reproduce", "jagatap-hegde-1a", "--trials", "100000", "--samples", "700",
                                "--epochs", "1", "--threads", "2", "--csv", "a.csv"], cwd=self.folder,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(run.kill)
        end = time.monotonic() + 60
        while len(os.listdir(self.folder)) <= files:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
        time.sleep(2)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=60)
        self.assertEqual(out, b"")
        self.assertEqual(run.returncode, 130)
        self.assertEqual(os.listdir(self.folder), ["a.csv"])
        return err.decode()

    def test_what_was_done_is_written(self):
        said = self.interrupted(files=0)
        self.assertRegex(said, r"\Aidem: interrupted after \d+ of \d+ trials; a.csv has those\n\Z")
        self.assertIn(f"after {len(self.rows('a.csv'))} of", said)

    def test_an_earlier_file_stays(self):
        with open(os.path.join(self.folder, "a.csv"), "w", encoding="utf-8") as file:
            file.write("earlier")
        self.assertRegex(self.interrupted(files=1), "; a.csv is as it was before\n")
        with open(os.path.join(self.folder, "a.csv"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "earlier")


if __name__ == "__main__":
    unittest.main()
