# SPDX-License-Identifier: Apache-2.0
"""Holds every #include line against the floors: a file includes lower floors and its own folder only."""

import re

import toolchain

FLOORS = {
    "base": 0,
    "arith": 1,
    "random": 2, "kernels": 2,
    "solvers": 3, "models": 3,
    "data": 4, "theory": 4,
    "train": 5, "checkpoint": 5,
}

# No more of the standard library than a freestanding implementation or its closest kin has.
STANDARD = {"array", "bit", "concepts", "cstddef", "cstdint", "limits", "type_traits", "utility"}
INTRINSICS = {"immintrin.h", "emmintrin.h", "arm_neon.h"}

INCLUDE_LINE = re.compile(r"^[ \t]*#[ \t]*include\b[ \t]*(.*?)[ \t]*(?://.*)?$", re.MULTILINE)
FOLDER = re.compile(r"idem/([a-z_0-9]+)/")


def in_library(path, target):
    """What is wrong with a header at include/<path> that includes <target>, or None."""
    folder = FOLDER.match(path)
    if path == "idem/idem.h":
        return None if target in ("stddef.h", "stdint.h") else "idem.h is for C, and stands alone"
    if folder is None:
        return None if FOLDER.match(target) else "the umbrella includes the library's headers only"
    here = folder.group(1)
    if here not in FLOORS:
        return f"the folder {here} has no floor"
    if target.startswith("idem/"):
        there = FOLDER.match(target)
        if there is None or there.group(1) not in FLOORS:
            return "the library's headers stand in the folders that have a floor"
        if target.startswith("idem/arith/lanes/") and here != "arith":
            return "lanes are chosen by <idem/arith/lanes.hpp>"
        if there.group(1) != here and FLOORS[there.group(1)] >= FLOORS[here]:
            return f"{here} (floor {FLOORS[here]}) may not include {there.group(1)} " \
                   f"(floor {FLOORS[there.group(1)]})"
        return None
    if target == "Eigen/Core":
        return None if path == "idem/base/types.hpp" else "Eigen enters through <idem/base/types.hpp>"
    if target in INTRINSICS:
        return None if path.startswith("idem/arith/lanes/") else "intrinsics stand in arith/lanes/"
    return None if target in STANDARD else "not among the headers that the library uses"


def in_program(path, target):
    """The same for a file of src/: whatever it likes, but never the tests, benchmarks or ports."""
    return "nothing in src includes tests, bench or ports" \
        if re.search(r"(^|/)(tests|bench|ports)/", target) else None


def check(path, text):
    """The violations in a file at `path` below the root."""
    wrong = []
    for line in INCLUDE_LINE.finditer(text):
        operand = line.group(1)
        number = text.count("\n", 0, line.start()) + 1
        complaint = None
        if path.startswith("include/"):
            if operand == "IDEM_LANES_HEADER":
                if path != "include/idem/arith/lanes.hpp":
                    complaint = "only <idem/arith/lanes.hpp> includes the lanes"
            elif not (operand.startswith("<") and operand.endswith(">")):
                complaint = "an include in include/ is in angle brackets"
            else:
                complaint = in_library(path.removeprefix("include/"), operand[1:-1])
        else:
            complaint = in_program(path, operand.strip('<>"'))
        if complaint:
            wrong.append(f"{path}:{number}: #include {operand}: {complaint}")
    return wrong


# A guard that never barked may be asleep: each of these must be found.
PLANTED = [
    ("include/idem/base/a.hpp", "#include <idem/arith/fma.hpp>"),
    ("include/idem/random/a.hpp", "  #  include <idem/kernels/tile.hpp>  // why"),
    ("include/idem/models/a.hpp", "#include <idem/solvers/qr.hpp>"),
    ("include/idem/train/a.hpp", "#include <idem/checkpoint/save.hpp>"),
    ("include/idem/kernels/a.hpp", "#include <idem/arith/lanes/avx2.hpp>"),
    ("include/idem/kernels/a.hpp", "#include IDEM_LANES_HEADER"),
    ("include/idem/kernels/a.hpp", '#include "tile.hpp"'),
    ("include/idem/kernels/a.hpp", "#include <idem/idem.hpp>"),
    ("include/idem/kernels/a.hpp", "#include <Eigen/Core>"),
    ("include/idem/base/types.hpp", "#include <Eigen/Dense>"),
    ("include/idem/kernels/a.hpp", "#include <immintrin.h>"),
    ("include/idem/kernels/a.hpp", "#include <cmath>"),
    ("include/idem/attic/a.hpp", "#include <cstdint>"),
    ("include/idem/idem.h", "#include <stdio.h>"),
    ("include/idem/idem.h", "#include <idem/idem.hpp>"),
    ("src/a.cpp", '#include "../tests/same_bits.hpp"'),
]


def main():
    failures = [f"not found in a planted {path}: {text}" for path, text in PLANTED if not check(path, text)]
    files = sorted(path for folder in ("include", "src") for path in (toolchain.ROOT / folder).rglob("*")
                   if path.suffix in (".hpp", ".h", ".cpp", ".c"))
    for path in files:
        failures += check(path.relative_to(toolchain.ROOT).as_posix(), path.read_text(errors="replace"))
    toolchain.finish("floors", len(files), failures)


if __name__ == "__main__":
    main()
