# SPDX-License-Identifier: Apache-2.0
"""Builds digests.cpp in many ways, runs it, and holds every digest against recorded.txt.

A row of the table is a build, a column a case and scalar type; a case is computed on 1, 2 and 3 threads
and streamed, and all of them must be what was recorded. With IDEM_TEST_ALL set, or --all, the builds
are every combination; else a few that touch each compiler, level and lanes.

    python3 run.py [--all] [--work FOLDER] [WORD...]      only the builds whose name has every WORD
"""

import argparse
import dataclasses
import os
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "house"))
import toolchain  # noqa: E402

LEVELS = {"-O0": ["-O0"], "-O1": ["-O1"], "-O2": ["-O2"], "-O3": ["-O3"], "-Os": ["-Os"],
          "LTO": ["-O2", "-flto"]}

# What a user may set and no result may depend on. 32-bit builds need headers that may be absent.
SETTINGS = ["-ffp-contract=off", "-ffp-contract=fast", "-fno-builtin", "-fno-inline", "-funsigned-char",
            "-fshort-enums", "-ftrapv", "-frounding-math", "-fno-strict-aliasing",
            "-fno-exceptions -fno-rtti", "-DNDEBUG"]
THIRTY_TWO_BITS = "-m32 -msse2 -mfpmath=sse"


def lanes():
    """All of the compiler's own choices: also the two for processors with part of what lanes want."""
    if os.uname().machine != "x86_64":
        return toolchain.lanes()
    return toolchain.lanes() + [
        toolchain.Lanes("avx", ("-march=x86-64", "-mavx"), ("avx",)),
        toolchain.Lanes("fma", ("-march=x86-64", "-mfma"), ("avx", "fma")),
    ]


@dataclasses.dataclass(frozen=True)
class Build:
    compiler: str
    level: str
    lanes: toolchain.Lanes
    setting: str = ""

    def __str__(self):
        return " ".join(part for part in (self.compiler, self.level, self.lanes.name, self.setting) if part)

    def flags(self):
        return [*toolchain.STANDARD, *LEVELS[self.level], *self.lanes.flags, *self.setting.split()]


def every_build():
    """Every compiler, level and lanes under the compiler's own settings; every setting at -O2."""
    for compiler in toolchain.COMPILERS:
        for level in LEVELS:
            for one in lanes():
                yield Build(compiler, level, one)
        for one in lanes():
            if "fma" in one.needs or "avx512f" in one.needs:
                for setting in SETTINGS:
                    yield Build(compiler, "-O2", one, setting)
        yield Build(compiler, "-O2", lanes()[0], THIRTY_TWO_BITS)


def few_builds():
    """Each compiler with the lanes that users choose, one with the others; the levels and what may fuse in turn."""
    levels, settings = list(LEVELS), ["", "-ffp-contract=off", "-ffp-contract=fast"]
    chosen = len(toolchain.lanes())
    for c, compiler in enumerate(toolchain.COMPILERS):
        for i, one in enumerate(lanes()):
            if i < chosen or i % 2 == c % 2:
                turn = i + 3 * c
                yield Build(compiler, levels[turn % len(levels)], one, settings[(i + c) % len(settings)])


def can_compile_for(flags, folder):
    probe = folder / "probe.cpp"
    probe.write_text("#include <cstdint>\n#include <thread>\nint main() {}\n")
    return all(toolchain.run([compiler, *toolchain.STANDARD, *flags, probe, "-pthread", "-o",
                              folder / "probe"]).returncode == 0 for compiler in toolchain.COMPILERS)


def read_recorded():
    """{(case, scalar): digest} in the file's order."""
    recorded = {}
    for line in (HERE / "recorded.txt").read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            name, scalar, digest = words
            recorded[name, scalar] = digest
    return recorded


@dataclasses.dataclass
class Outcome:
    build: Build
    state: str                                  # "ran", "skipped", "failed"
    said: str = ""
    digests: dict = dataclasses.field(default_factory=dict)  # {(case, scalar): {how: digest}}


def try_build(build, runnable, folder):
    program = folder / re.sub(r"\W+", "_", str(build))
    done = toolchain.run([build.compiler, *build.flags(), *toolchain.includes(), "-pthread",
                          HERE / "digests.cpp", "-o", program])
    if done.returncode != 0:
        return Outcome(build, "failed", "does not build\n" + done.stdout[:2000])
    if build.lanes not in runnable:
        return Outcome(build, "skipped")
    ran = toolchain.run([program])
    program.unlink()
    outcome = Outcome(build, "ran")
    for line in ran.stdout.splitlines():
        name, scalar, how, digest = line.split()
        outcome.digests.setdefault((name, scalar), {})[how] = digest
    if ran.returncode != 0:
        outcome.state, outcome.said = "failed", f"ended with status {ran.returncode}"
    return outcome


def judge(outcome, recorded):
    """(what stands in the table for each recorded column, complaints)"""
    if outcome.state != "ran":
        complaints = [f"{outcome.build}: {outcome.said}"] if outcome.state == "failed" else []
        return [outcome.state] * len(recorded), complaints
    cells, complaints = [], []
    for (name, scalar), expected in recorded.items():
        wrong = {how: digest for how, digest in outcome.digests.get((name, scalar), {"": "absent"}).items()
                 if digest != expected or how == "failed"}
        cells.append("ok" if not wrong else next(iter(wrong.values()))[:8])
        complaints += [f"{outcome.build}: {name} {scalar} {how} {digest}, recorded {expected}"
                       for how, digest in wrong.items()]
    for name, scalar in outcome.digests.keys() - recorded.keys():
        for how, digest in outcome.digests[name, scalar].items():
            complaints.append(f"{outcome.build}: {name} {scalar} {how} {digest} is not recorded")
    return cells, complaints


def print_table(columns, rows):
    table = [["", *(column[part] for column in columns)] for part in (0, 1)]
    table += [[str(build), *cells] for build, cells in rows]
    widths = [max(len(line[i]) for line in table) for i in range(len(columns) + 1)]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", default=bool(os.environ.get("IDEM_TEST_ALL")))
    parser.add_argument("--work", type=pathlib.Path)
    options, words = parser.parse_known_args()
    toolchain.require_compilers()
    recorded = read_recorded()
    with tempfile.TemporaryDirectory(dir=options.work) as name:
        folder = pathlib.Path(name)
        runnable = [one for one in lanes() if toolchain.processor_has(one.needs)]
        builds = [build for build in (every_build() if options.all else few_builds())
                  if all(word in str(build).split() for word in words)]
        if any(build.setting == THIRTY_TWO_BITS for build in builds) and \
                not can_compile_for(THIRTY_TWO_BITS.split(), folder):
            builds = [build for build in builds if build.setting != THIRTY_TWO_BITS]
            print("32-bit builds skipped: this machine has no headers for them")
        outcomes = toolchain.in_parallel(lambda build: try_build(build, runnable, folder), builds)
    rows, failures = [], []
    for outcome in outcomes:
        cells, complaints = judge(outcome, recorded)
        rows.append((outcome.build, cells))
        failures += complaints
    if rows:
        print_table(list(recorded), rows)
    ran = sum(outcome.state == "ran" for outcome in outcomes)
    print(f"{len(rows)} builds, {ran} ran, {sum(o.state == 'skipped' for o in outcomes)} skipped")
    toolchain.finish("identity", ran * len(recorded), failures)


if __name__ == "__main__":
    main()
