# SPDX-License-Identifier: Apache-2.0
"""What the parts of a training cost on each bare port, in instructions at -O2, counted under QEMU: exact, and the same
on every machine. Float, d = 16; per multiply-add, word or number, as the column's title says.

    python3 bench/instructions.py [--ports all|auto|NAME,...]            prints the table
    python3 bench/instructions.py --write                                writes bench/instructions.csv too
    python3 bench/instructions.py --check                                fails where that file differs
"""

import argparse
import csv
import io
import pathlib
import re
import sys
import tempfile

import footprint

HERE = pathlib.Path(__file__).resolve().parent
FILE = HERE / "instructions.csv"
COLUMNS = {
    "fma": "a multiply-add, fused: idem's own",
    "multiply_and_add": "a multiply-add, rounded twice: the compiler's",
    "product": "A B, a multiply-add",
    "product_transposed": "A^T B, a multiply-add",
    "matrix_vector": "A x, a multiply-add",
    "matrix_vector_transposed": "A^T x, a multiply-add",
    "rank_1": "A + x y^T, a multiply-add",
    "predict": "a prediction, a multiply-add",
    "generator": "Threefry, a word",
    "gaussian": "word to normal number",
    "gaussian_fill": "a normal number in all",
}


def counted(port, folder):
    """{column: instructions of one unit}"""
    image = folder / f"instructions-{port.name}"
    done = port.build([HERE / "instructions.cpp"], image,
                      ["-O2", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math",
                       f"-I{HERE.parent / 'tests' / 'stages'}"])
    if done.returncode != 0:
        sys.exit(f"{port.name}: {done.stdout[-2000:]}")
    ran = port.run(image, footprint.COUNTING[port.value("cpu_family", "host_machine")])
    if ran.returncode != 0:
        sys.exit(f"{port.name}: status {ran.returncode}, {ran.stdout[-500:]}")
    return {name: int(number) / 100 for name, number in re.findall(r"^(\w+) (\d+)$", ran.stdout, re.MULTILINE)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ports", default="auto")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = {port.name: counted(port, pathlib.Path(name))
                 for port in footprint.ports.selected(options.ports) if port.is_bare}
    print(f"{'instructions (QEMU, -O2, float)':48}" + "".join(f"{port:>14}" for port in found))
    for column, title in COLUMNS.items():
        print(f"{title:48}" + "".join(f"{counts[column]:14.2f}" for counts in found.values()))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["port", *COLUMNS])
    for port, counts in found.items():
        writer.writerow([port, *(f"{counts[column]:.2f}" for column in COLUMNS)])
    if options.write:
        FILE.write_text(out.getvalue())
    if options.check:
        committed = FILE.read_text().splitlines()
        failures = [f"not in {FILE.name}: {line}" for line in out.getvalue().splitlines() if line not in committed]
        footprint.toolchain.finish("instructions", len(found), failures)


if __name__ == "__main__":
    main()
