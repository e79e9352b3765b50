#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`idem reproduce li-yuan-pairs`: the claims hold, the README's figures are those of the run, and no bad input
costs the user a file.

usage: pairs.py PROGRAM"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def idx(folder, name, sizes, values):
    path = folder / name
    path.write_bytes(bytes([0, 0, 8, len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes) + bytes(values))
    return str(path)


def bad_inputs(program, folder):
    """What is wrong with the answers to wrong input."""
    images = idx(folder, "images", (20, 28, 28), [0] * (20 * 784))
    zeros = idx(folder, "zeros", (20,), [0] * 20)
    eleven = idx(folder, "eleven", (20,), [0] * 19 + [11])
    before = pathlib.Path(images).read_bytes()
    wrong = []
    for arguments, said in (
            (["--images", images, "--labels", zeros, "--csv", images], "--images and --csv name the same file"),
            (["--csv", ""], "stands where the name of a file is needed"),
            (["--images", images, "--labels", zeros], "0 samples of the digit 1: at least 10 are needed"),
            (["--images", images, "--labels", eleven], "label 11 of sample 19 is not a digit")):
        run = subprocess.run([program, *arguments], capture_output=True, text=True)
        if run.returncode != 2 or said not in run.stderr or run.stdout:
            wrong.append(f"{arguments}: status {run.returncode}, {run.stderr!r}, not '{said}'")
    if pathlib.Path(images).read_bytes() != before:
        wrong.append("the images were overwritten")
    return wrong


def main(program):
    with tempfile.TemporaryDirectory() as folder:
        result = f"{folder}/result.json"
        run = subprocess.run([program, "--json", result], capture_output=True, text=True, check=True)
        print(run.stdout)
        found = json.loads(pathlib.Path(result).read_text())
        wrong = bad_inputs(program, pathlib.Path(folder))
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
