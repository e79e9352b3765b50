# SPDX-License-Identifier: Apache-2.0
"""What a board can do by alternating minimization: find a teacher from W = 0, in so many bytes of state, on samples
that it draws anew, to the desktop's bits. The desktop passes them in slices. And what its heart, Cholesky's
factorization, takes in instructions.

    python3 boards.py [--ports all|auto|NAME,...]
"""

import argparse
import dataclasses
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "stages"))
import ports  # noqa: E402
import toolchain  # noqa: E402  ports.py says where

COUNTING = ["-icount", "shift=6,sleep=off"]
FLAGS = ["-O2", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-I", HERE.parent / "stages"]
ERROR = 1e-6  # || W - W* || / || W* || at the end
FACTOR = 150_000  # instructions for a Cholesky factorization, N = 64, float, at -O2 on a Cortex-M4F


@dataclasses.dataclass(frozen=True)
class Task:
    port: str
    dim: int
    solver: str
    state: int  # bytes: a static_assert of recover.cpp

    def __str__(self):
        return f"{self.port}, d = {self.dim}, {self.solver}"

    def flags(self, slices=0):
        return [f"-DRECOVER_DIM={self.dim}", f"-DRECOVER_SOLVER={self.solver}", f"-DRECOVER_STATE={self.state}",
                f"-DRECOVER_SLICE={slices}"]


# The Cortex-M0 has 16 KiB of RAM, stack included: what does not fit, its linker refuses.
TASKS = [Task("cortex-m0", 8, "ByConjugateGradient", 4 << 10),
         Task("cortex-m4f", 20, "ByConjugateGradient", 16 << 10),
         Task("cortex-m4f", 8, "ByCholesky", 12 << 10)]


def on_desktop(source, flags, folder):
    """What a program prints on this machine, with the lanes it has."""
    image = folder / "desktop"
    command = [toolchain.COMPILERS[0], *toolchain.STANDARD, *FLAGS, "-march=native", *flags, "-I", ports.FOLDER,
               *toolchain.includes(), source, ports.COMMON / "hosted.cpp", "-o", image]
    for step in (command, [image]):
        done = toolchain.run(step)
        if done.returncode != 0:
            sys.exit(f"desktop, {source.name}: {done.stdout[-2000:]}")
    return done.stdout


def on_port(port, source, flags, folder):
    """What it prints on a port, or nothing and why."""
    image = folder / "board"
    done = port.build([source], image, [*FLAGS, *flags])
    if done.returncode != 0:
        return None, f"does not build: {done.stdout[-2000:]}"
    ran = port.run(image, COUNTING)
    return (ran.stdout, None) if ran.returncode == 0 else (None, f"status {ran.returncode}: {ran.stdout[-500:]}")


def said(text, name):
    return re.search(rf"\b{name} ([\w-]+)", text).group(1)


def recover(task, port, folder):
    """What is wrong."""
    expected = on_desktop(HERE / "recover.cpp", task.flags(64), folder)
    found, wrong = on_port(port, HERE / "recover.cpp", task.flags(), folder)
    if wrong:
        return [f"{task}: {wrong}"]
    error = float(said(found, "error"))
    print(f"{task}: {said(found, 'iterations')} iterations, {said(found, 'passes')} passes, "
          f"error {error:.1e}, digest {said(found, 'digest')}, {said(found, 'state')} bytes of state, "
          f"{said(found, 'stack')} of stack, {int(said(found, 'instructions')) / 1e6:.0f} million instructions",
          flush=True)
    differing = [name for name in ("digest", "iterations", "passes") if said(found, name) != said(expected, name)]
    return [f"{task}: {name} is not the desktop's {said(expected, name)}" for name in differing] + \
        ([f"{task}: error {error}, more than {ERROR}"] if error > ERROR else [])


def factor(port, folder):
    expected = on_desktop(HERE / "factor.cpp", [], folder)
    found, wrong = on_port(port, HERE / "factor.cpp", [], folder)
    if wrong:
        return [f"{port.name}: {wrong}"]
    count = int(said(found, "factor"))
    print(f"{port.name}: Cholesky, N = 64, float: {count} instructions, a solution by it {said(found, 'solve')}")
    return ([] if said(found, "digest") == said(expected, "digest") else [f"{port.name}: not the desktop's factor"]) + \
        ([f"{port.name}: {count} instructions for a factor, more than {FACTOR}"] if not 0 < count <= FACTOR else [])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ports", default="auto")
    by_name = {port.name: port for port in ports.selected(parser.parse_args().ports)}
    failures, checked = [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for task in TASKS:
            if task.port in by_name:
                checked += 1
                failures += recover(task, by_name[task.port], folder)
        if "cortex-m4f" in by_name:
            checked += 1
            failures += factor(by_name["cortex-m4f"], folder)
    if checked == 0:
        sys.exit(77)  # Meson's "skipped"
    toolchain.finish("boards", checked, failures)


if __name__ == "__main__":
    main()
