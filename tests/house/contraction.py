# SPDX-License-Identifier: Apache-2.0
"""Compiles everything the library offers with products free to fuse with additions, and not free to; and by
Clang, which has no macro for them, with the parts of fast-math and without.

The two objects must be the same, function by function: then there is nothing to fuse, neither in one
expression nor across statements, and no result depends on a flag that a user may leave out, or add.
"""

import os
import pathlib
import re
import subprocess
import tempfile

import toolchain

EVERYTHING = pathlib.Path(__file__).with_name("instantiate_all.cpp")


FREE_TO_FUSE = (["-ffp-contract=off"], ["-ffp-contract=fast"])
FREE_TO_REWRITE = (["-fno-trapping-math"],
                   ["-fno-trapping-math", "-fassociative-math", "-freciprocal-math", "-fapprox-func"])


def settings(c):
    """Where the processor can fuse and compiler number c may be tempted: every lanes that has an fma; without
    IDEM_TEST_ALL one for each compiler."""
    if os.uname().machine != "x86_64":
        return [lanes.flags for lanes in toolchain.lanes()]
    every = [("-march=x86-64-v3",), ("-march=x86-64-v3", "-DIDEM_PLAIN_LANES"), ("-march=x86-64-v4",)]
    return every if os.environ.get("IDEM_TEST_ALL") else [every[c % len(every)]]


def functions(compiler, flags, source, folder):
    """{name: instructions} of what the compiler makes of `source`, or its complaint."""
    at = folder / (re.sub(r"\W", "_", " ".join([compiler, *flags, source.stem])) + ".o")
    done = toolchain.run([compiler, *toolchain.STANDARD, "-O2", *flags, *toolchain.includes(), "-c", source,
                          "-o", at])
    if done.returncode != 0:
        return done.stdout[:2000]
    listing = subprocess.run(["objdump", "-d", "-r", "-C", "--no-addresses", "--no-show-raw-insn", at],
                             text=True, capture_output=True, check=True).stdout
    return dict(part.split(">:\n", 1) for part in listing.split("\n<")[1:])


def differing(compiler, flags, freedom, source, folder):
    """The functions that a freedom changes, or what else is wrong, as a list."""
    where = f"{compiler} {' '.join(flags)}"
    off, fast = (functions(compiler, [*flags, *mode], source, folder) for mode in freedom)
    for result in (off, fast):
        if isinstance(result, str):
            return [f"{where}: does not compile\n{result}"]
    if not off:
        return [f"{where}: no functions"]
    return [f"{where}: {name} depends on {' '.join(freedom[1])}" for name in sorted(off.keys() | fast.keys())
            if off.get(name) != fast.get(name)]


# A guard that never barked may be asleep: this must be found, in every setting.
PLANTED = r"""
float planted(float a, float b, float c) {
  float product = a * b;
  product += c;
  return product;
}
void planted(float* a, float b) {
  for (int i = 0; i < 8; ++i) a[i] = a[i] / b;
}
"""


def main():
    toolchain.require_compilers()
    numbered = list(enumerate(toolchain.COMPILERS))
    jobs = [(compiler, flags, FREE_TO_FUSE) for c, compiler in numbered for flags in settings(c)]
    jobs += [(compiler, flags, FREE_TO_REWRITE) for compiler in toolchain.COMPILERS if toolchain.is_clang(compiler)
             for flags in settings(0)]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        planted = folder / "planted.cpp"
        planted.write_text(PLANTED)
        failures = [f"{compiler} {' '.join([*flags, *freedom[1]])}: what was planted was not found"
                    for compiler, flags, freedom in jobs
                    if not any("planted(" in text for text in differing(compiler, flags, freedom, planted, folder))]
        for wrong in toolchain.in_parallel(lambda job: differing(*job, EVERYTHING, folder), jobs):
            failures += wrong
    toolchain.finish("contraction", len(jobs), failures)


if __name__ == "__main__":
    main()
