# SPDX-License-Identifier: Apache-2.0
"""Builds stages.cpp for every port, runs it, and holds every digest against recorded.txt.

A row of the table is a port and how it was built, a column a stage, in it float and double: `ok`, or `-`
where the stage is too large for the port's memory, which recorded.txt has with its size. With
IDEM_TEST_ALL set, or --all, each port is built at every level and, where it can, by Clang; else once.

    python3 run.py [--ports all|auto|NAME,...] [--all] [--work FOLDER] [--record] [WORD...]

With words, only the builds whose name has every one of them: --all cortex-m0 -O3.
--record writes recorded.txt anew, from AVX-512 where plain lanes agree with it.
"""

import argparse
import dataclasses
import os
import pathlib
import re
import sys
import tempfile

import ports
import recorded
import toolchain  # ports.py says where

HERE = pathlib.Path(__file__).resolve().parent
LEVELS = {"-O0": ["-O0"], "-Os": ["-Os"], "-O2": ["-O2"], "-O3": ["-O3"], "LTO": ["-O2", "-flto"]}
LINE = re.compile(r"^(\S+) (float|double) (?:([0-9a-f]{16})|left out, needs (\d+) bytes)$", re.MULTILINE)
SCALARS = ("float", "double")


@dataclasses.dataclass(frozen=True)
class Build:
    port: ports.Port
    level: str
    compiler: str = "gcc"

    def __str__(self):
        return f"{self.port.name} {self.compiler} {self.level}"


def every_build(chosen):
    for port in chosen:
        for level in LEVELS:
            yield Build(port, level)
        for level in ("-Os", "-O2"):
            if port.value("clang"):
                yield Build(port, level, "clang")


def few_builds(chosen):
    """Each port once, at the two levels in turn."""
    for turn, port in enumerate(chosen):
        yield Build(port, ("-Os", "-O2")[turn % 2])


@dataclasses.dataclass
class Outcome:
    build: Build
    state: str                                  # "ran", "skipped", "failed"
    said: str = ""
    digests: dict = dataclasses.field(default_factory=dict)  # {(stage, scalar): digest}
    left_out: dict = dataclasses.field(default_factory=dict)  # {(stage, scalar): bytes needed}


def try_build(build, folder):
    """All of the program at once; in a port's number of parts where its flash does not hold all at every level."""
    parts = build.port.value("parts", default=1)
    outcome = Outcome(build, "ran")
    for part in range(1, parts + 1):
        image = folder / re.sub(r"\W+", "_", f"{build} {part}")
        flags = ["-I", folder, *LEVELS[build.level], *([f"-DSTAGES_PART={part}"] if parts > 1 else [])]
        done = build.port.build([HERE / "stages.cpp"], image, flags,
                                clang="clang++" if build.compiler == "clang" else None)
        if done.returncode != 0:
            return Outcome(build, "failed", "does not build\n" + done.stdout[:2000])
        if not build.port.runs_here():
            return Outcome(build, "skipped", "this processor lacks " + ", ".join(build.port.value("needs")))
        ran = build.port.run(image)
        image.unlink()
        for stage, scalar, digest, size in LINE.findall(ran.stdout):
            if digest:
                outcome.digests[stage, scalar] = digest
            else:
                outcome.left_out[stage, scalar] = int(size)
        if not re.search(r"^stages on ", ran.stdout, re.MULTILINE):
            outcome.said += f"did not come to its end, status {ran.returncode}\n{ran.stdout[-600:]}"
        elif ran.returncode != 0:
            # A differing digest is told by judge(); what a CHECK said is told here.
            outcome.said += "\n".join(["failed", *re.findall(r"^.*CHECK\(.*$", ran.stdout, re.MULTILINE)])
    return outcome


def judge(outcome, digests, left_out):
    """(what stands in the table for each stage, complaints)"""
    name = outcome.build.port.name
    stages = list(dict.fromkeys(stage for stage, _ in digests))
    if outcome.state != "ran":
        return [outcome.state] * len(stages), \
            [f"{outcome.build}: {outcome.said}"] if outcome.state == "failed" else []
    complaints = [f"{outcome.build}: {outcome.said}"] if outcome.said else []
    cells = []
    for stage in stages:
        cell = []
        for scalar in SCALARS:
            expected, small = digests[stage, scalar], left_out.get((name, stage, scalar))
            seen, needed = outcome.digests.get((stage, scalar)), outcome.left_out.get((stage, scalar))
            good = needed == small if small else seen == expected
            cell.append(("-" if small else "ok") if good else "large" if needed and not small else "WRONG")
            if needed and not small:
                complaints.append(f"{outcome.build}: too large for it, and not recorded as such; "
                                  f"the line is: left-out {name} {stage} {scalar} {needed}")
            elif not good:
                found = f"left out, needs {needed} bytes" if needed else seen or "absent"
                wanted = f"left out, needs {small} bytes" if small else expected
                complaints.append(f"{outcome.build}: {stage} {scalar} is {found}, recorded {wanted}")
        cells.append(" ".join(cell))
    for stage, scalar in (outcome.digests | outcome.left_out).keys() - digests.keys():
        complaints.append(f"{outcome.build}: {stage} {scalar} is not recorded")
    return cells, complaints


def print_table(columns, rows):
    table = [["float double", *columns], *([str(build), *cells] for build, cells in rows)]
    widths = [max(len(line[i]) for line in table) for i in range(len(columns) + 1)]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def record(outcomes):
    """Writes recorded.txt from AVX-512, if plain lanes agree."""
    by_name = {outcome.build.port.name: outcome for outcome in outcomes}
    best, plain = by_name["x86-64-avx512"], by_name["x86-64-plain"]
    if best.state != "ran" or not best.digests or best.digests != plain.digests:
        sys.exit("not recorded: AVX-512 did not run, or plain lanes do not agree with it")
    lines = ["# What tests/stages prints on every port: stage, scalar, digest. Contract version 1.\n"]
    lines += [f"{stage} {scalar} {digest}\n" for (stage, scalar), digest in best.digests.items()]
    lines += ["# What is too large for a port's memory: port, stage, scalar, bytes it needs.\n"]
    lines += [f"left-out {outcome.build.port.name} {stage} {scalar} {size}\n"
              for outcome in outcomes for (stage, scalar), size in outcome.left_out.items()]
    recorded.FILE.write_text("".join(lines))
    print(f"recorded {len(best.digests)} digests")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ports", default="all")
    parser.add_argument("--all", action="store_true", default=bool(os.environ.get("IDEM_TEST_ALL")))
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("--record", action="store_true")
    options, words = parser.parse_known_args()
    chosen = ports.selected(options.ports)
    if not chosen:
        sys.exit(77)  # Meson's "skipped"
    digests, left_out = recorded.read()
    with tempfile.TemporaryDirectory(dir=options.work) as name:
        folder = pathlib.Path(name)
        recorded.write_header(folder / "recorded.hpp")
        builds = [build for build in (every_build(chosen) if options.all else few_builds(chosen))
                  if all(word in str(build).split() for word in words)]
        outcomes = toolchain.in_parallel(lambda build: try_build(build, folder), builds)
    if options.record:
        record(outcomes)
        return
    rows, failures = [], []
    for outcome in outcomes:
        cells, complaints = judge(outcome, digests, left_out)
        rows.append((outcome.build, cells))
        failures += complaints
    print_table(list(dict.fromkeys(stage for stage, _ in digests)), rows)
    for (port, stage, scalar), size in left_out.items():
        if any(outcome.build.port.name == port for outcome in outcomes):
            print(f"left out: {port}: {stage} {scalar} needs {size} bytes")
    ran = sum(outcome.state == "ran" for outcome in outcomes)
    print(f"{len(rows)} builds, {ran} ran, {sum(o.state == 'skipped' for o in outcomes)} skipped")
    toolchain.finish("ports", sum(len(outcome.digests) for outcome in outcomes), failures)


if __name__ == "__main__":
    main()
