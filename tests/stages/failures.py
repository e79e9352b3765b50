# SPDX-License-Identifier: Apache-2.0
"""Boards on which something is wrong: each must say what, and end with failure.

* A port whose multiply-add is the C library's, as if it were an instruction, must differ from recorded.txt
  at the stage fma, and at none before.
* A stack that overflows, and a floating-point unit that was never switched on, must be told as a fault.
* A trainer must refuse to start where subnormals are flushed or rounding is not to nearest.

    python3 failures.py [--ports all|auto|NAME,...]
"""

import argparse
import pathlib
import re
import sys
import tempfile

import ports
import recorded
import toolchain  # ports.py says where

HERE = pathlib.Path(__file__).resolve().parent
FAULT = 101  # board::kFault

# The compiler's own way of saying that its builtin is one instruction, said where it is not.
LIES = {
    "newlib's fmaf rounds twice": ("cortex-m3", "-D__FP_FAST_FMAF=1", "float"),
    "newlib's fma rounds the product": ("cortex-m4f", "-D__FP_FAST_FMA=1", "double"),
    "picolibc's fmaf rounds the product": ("rv32imac", "-D__FP_FAST_FMAF=1", "float"),
}


def wrong_fma(port, flag, scalar, folder):
    image = folder / "wrong_fma"
    done = port.build([HERE / "stages.cpp"], image, ["-O2", "-I", folder, flag], ["-lm"])
    if done.returncode != 0:
        return "does not build\n" + done.stdout[:2000]
    ran = port.run(image)
    differing = re.findall(r"^differs: (\S+) (\S+) ", ran.stdout, re.MULTILINE)
    if ran.returncode == 0 or not differing:
        return "is not caught"
    if differing[0] != ("fma", scalar):
        return f"is caught at {' '.join(differing[0])}, not at fma {scalar}"
    return None


def expect(port, source, flags, status, said, folder):
    image = folder / source
    done = port.build([HERE / "failures" / source], image, ["-O2", *flags])
    if done.returncode != 0:
        return "does not build\n" + done.stdout[:2000]
    ran = port.run(image)
    if ran.returncode != status or said not in ran.stdout:
        return f"ends with status {ran.returncode}, saying {ran.stdout[-300:]!r}; not {status}, '{said}'"
    return None


def cases(chosen):
    """(title, function of a folder that returns what is wrong or None)"""
    by_name = {port.name: port for port in chosen}
    for title, (name, flag, scalar) in LIES.items():
        if name in by_name:
            yield f"{name}: {title}", lambda folder, n=name, f=flag, s=scalar: wrong_fma(by_name[n], f, s, folder)
    for port in chosen:
        if port.is_bare:
            yield f"{port.name}: stack overflow", lambda folder, p=port: expect(
                p, "overflow.cpp", [], FAULT, "fault: stack overflow", folder)
        if port.value("has_fpu"):
            yield f"{port.name}: floating-point unit off", lambda folder, p=port: expect(
                p, "modes.cpp", ["-DBOARD_FPU_OFF"], FAULT, "fault: the floating-point unit is switched off", folder)
        if (not port.is_bare or port.value("has_fpu")) and port.runs_here():
            yield f"{port.name}: floating-point modes", lambda folder, p=port: expect(
                p, "modes.cpp", [], 0, "", folder)


def attempt(case):
    title, work = case
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        recorded.write_header(folder / "recorded.hpp")
        return title, work(folder)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ports", default="all")
    options = parser.parse_args()
    todo = list(cases(ports.selected(options.ports)))
    if not todo:
        sys.exit(77)  # Meson's "skipped"
    failures = []
    for title, wrong in toolchain.in_parallel(attempt, todo):
        print(f"{title}: {'told' if wrong is None else 'WRONG'}")
        if wrong is not None:
            failures.append(f"{title} {wrong}")
    toolchain.finish("port_failures", len(todo), failures)


if __name__ == "__main__":
    main()
