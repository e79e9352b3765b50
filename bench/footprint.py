# SPDX-License-Identifier: Apache-2.0
"""What a trainer takes on each bare port, float, d = 4, 8, 16, 32: writes bench/footprint.csv.

* flash: the five functions of the C interface (init, feed, end of a batch, predict, digest) at -Os, with all of
  libgcc's arithmetic that they call, linked with nothing else.
* RAM: what idem::footprint says; there is no other.
* stack: painted, of a program at -Os that draws samples and trains; and the worst path through the functions of
  the C interface, from what the compiler says of each frame (-fcallgraph-info=su). libgcc's own frames are not
  known to the compiler.
* instructions at -O2, counted by the port under QEMU: a sample (mean of a batch of 8), the whole step, and the
  step whose samples are handed over as arrays.

    python3 bench/footprint.py [--ports all|auto|NAME,...] [--check]

--check only compares with the committed file, and fails where they differ.
"""

import argparse
import csv
import io
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests" / "c"))
import archive  # noqa: E402
import ports  # noqa: E402  archive.py says where
import toolchain  # noqa: E402

FILE = HERE / "footprint.csv"
DIMS = (4, 8, 16, 32)
COLUMNS = ["port", "d", "flash", "ram", "stack_painted", "stack_by_call_graph", "instructions_per_sample",
           "instructions_per_step", "instructions_per_step_of_arrays"]
COUNTING = {"arm": ["-icount", "shift=6,sleep=off"], "riscv32": ["-icount", "shift=0,sleep=off"]}


def deepest(folder, roots):
    """The most stack on any path from the roots, in bytes, by the compiler's call graphs."""
    frames, calls = {}, {}
    for path in folder.rglob("*.ci"):
        text = path.read_text()
        for title, label in re.findall(r'node: \{ title: "([^"]+)" label: "([^"]*)"', text):
            found = re.search(r"(\d+) bytes \((\w+)", label)
            if found:
                frames[title] = int(found.group(1))
        for source, target in re.findall(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', text):
            calls.setdefault(source, set()).add(target)

    def depth(name, above):
        if name in above:
            sys.exit(f"{name} calls itself: its stack has no bound")
        below = [depth(callee, above | {name}) for callee in calls.get(name, ())]
        return frames.get(name, 0) + max(below, default=0)

    known = {title.rsplit(":", 1)[-1]: title for title in frames}
    return max(depth(known[root], frozenset()) for root in roots)


def measured(port, dim, level, folder):
    """What footprint.cpp prints on the port."""
    image = folder / f"footprint-{port.name}-{dim}{level}"
    done = port.build([HERE / "footprint.cpp"], image,
                      [level, f"-DFOOTPRINT_DIM={dim}", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"])
    if done.returncode != 0:
        sys.exit(f"{port.name}, d = {dim}: {done.stdout[-2000:]}")
    ran = port.run(image, COUNTING[port.value("cpu_family", "host_machine")])
    if ran.returncode != 0:
        sys.exit(f"{port.name}, d = {dim}: status {ran.returncode}, {ran.stdout[-500:]}")
    return {name: int(number) for name, number in re.findall(r"^(\w+) (\d+)$", ran.stdout, re.MULTILINE)}


def rows_of(port, folder):
    shapes = [f"resrelu:f32:{dim}" for dim in DIMS]
    prefix = archive.installed(folder / port.name, shapes, port, "s", ["-fcallgraph-info=su"])
    for dim in DIMS:
        small, fast = measured(port, dim, "-Os", folder), measured(port, dim, "-O2", folder)
        if small["digest"] != fast["digest"]:
            sys.exit(f"{port.name}, d = {dim}: -Os and -O2 give different digests")
        names = [f"idem_f32_{dim}_{name}" for name in archive.TRAINING]
        yield [port.name, dim, archive.training_size(prefix, port, f"f32_{dim}")[0], small["ram"], small["stack"],
               deepest(folder / port.name / "build", names), fast["instructions_per_sample"],
               fast["instructions_per_step"], fast["instructions_per_step_of_arrays"]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ports", default="auto")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    with tempfile.TemporaryDirectory() as name:
        for port in ports.selected(options.ports):
            if not port.is_bare:
                continue
            for row in rows_of(port, pathlib.Path(name)):
                writer.writerow(row)
                print(*row, flush=True)
    if not options.check:
        FILE.write_text(out.getvalue())
        return
    committed = FILE.read_text().splitlines()
    failures = [f"not in {FILE.name}: {line}" for line in out.getvalue().splitlines() if line not in committed]
    toolchain.finish("footprint", len(out.getvalue().splitlines()) - 1, failures)


if __name__ == "__main__":
    main()
