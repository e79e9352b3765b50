#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The README's program prints what the README says, with every compiler that is there; and the README's footprints
are those of bench/footprint.csv.

usage: readme.py INCLUDE_DIR"""
import csv
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def wrong_footprints(text):
    """Rows of the README's table, d = 8, that the measured ones do not have."""
    with open(ROOT / "bench" / "footprint.csv", newline="") as file:
        measured = {row["port"].replace("-", ""): row for row in csv.DictReader(file) if row["d"] == "8"}
    columns = ["flash", "ram", "stack_painted", "instructions_per_sample", "instructions_per_step",
               "instructions_per_step_of_arrays"]
    shown = re.findall(r"^\| ((?:Cortex|RV32)[^|]*?)((?: \| [\d,]+){6}) \|$", text, re.M)
    wrong = [] if len(shown) == len(measured) else [f"{len(shown)} footprints in the README, {len(measured)} measured"]
    for name, cells in shown:
        row = measured.get(name.lower().replace("-", ""))
        numbers = [cell.replace(",", "") for cell in cells.replace("|", " ").split()]
        if row is None or numbers != [row[column] for column in columns]:
            wrong.append(f"{name}: {', '.join(numbers)} is not what bench/footprint.csv has")
    return wrong


def main(include):
    text = (ROOT / "README.md").read_text()
    program = re.search(r"```cpp\n(.*?)```", text, re.S).group(1)
    promised = re.search(r"^    (distance .*)$", text, re.M).group(1)
    eigen = subprocess.run(["pkg-config", "--cflags", "eigen3"], check=True, capture_output=True,
                           text=True).stdout.split()
    compilers = [name for name in ("g++", "clang++") if shutil.which(name)]
    wrong = 0 if compilers else 1
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "program.cpp")
        source.write_text(program)
        for compiler in compilers:
            subprocess.run([compiler, "-std=c++20", "-O2", *eigen, f"-I{include}", source, "-o",
                            f"{folder}/a.out"], check=True)
            printed = subprocess.run([f"{folder}/a.out"], check=True, capture_output=True,
                                     text=True).stdout.strip()
            print(f"{compiler}: {printed}")
            wrong += printed != promised
    if wrong:
        print(f"the README promises: {promised}")
    footprints = wrong_footprints(text)
    for line in footprints:
        print(line)
    return wrong != 0 or bool(footprints)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
