#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`idem reproduce li-yuan-pairs`: the claims hold, and the README's figures are those of the run.

usage: pairs.py PROGRAM"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        result = f"{folder}/result.json"
        run = subprocess.run([program, "--json", result], capture_output=True, text=True, check=True)
        print(run.stdout)
        found = json.loads(pathlib.Path(result).read_text())
    wrong = []
    for key, most in (("zero_one_after", 0.01), ("mean_after", 0.10), ("norm", 0.6)):
        if not found[key] <= most:
            wrong.append(f"{key} is {found[key]}, above {most}")
    readme = (ROOT / "README.md").read_text()
    rows = re.findall(r"^\| (?:0 against 1|mean of 45 pairs).*\| ([0-9.]+) % \|$", readme, re.M)
    rows += re.findall(r"^Held-out error, mean of 45 pairs: ([0-9.]+) %", readme, re.M)
    keys = ("zero_one_before", "zero_one_after", "mean_before", "mean_after", "mean_held_out")
    measured = [f"{100 * found[key]:.2f}" for key in keys]
    if rows != measured:
        wrong.append(f"the README says {rows}, measured is {measured}")
    print("\n".join(wrong))
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
