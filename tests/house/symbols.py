# SPDX-License-Identifier: Apache-2.0
"""Looks at the objects of everything the library offers: what they call, and what they keep.

Compiled as a user might, without one of our flags and (from -O2) with exceptions on, they may call nothing of the
C library but what a compiler makes of copies and clearing, and may keep nothing that can be written. For the
narrowest lanes and the widest; with IDEM_TEST_ALL set for all.
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

import toolchain

ALLOWED = {
    "memcpy", "memmove", "memset", "memcmp",  # any compiler may call them, freestanding too
    "__stack_chk_fail",                       # where a distribution's compiler guards the stack
    "__assert_fail",                          # Eigen's assertions, in builds without NDEBUG
    "_GLOBAL_OFFSET_TABLE_",
}
WRITABLE = re.compile(r"^\.(data(?!\.rel\.ro)|bss|tbss|tdata|init_array|ctors)")

# Without optimization GCC leaves unwinding for functions that it has not looked into yet, whatever they
# do: there, and only there, exceptions are off, as in the library's own build.
SETTINGS = [["-O0", "-fno-exceptions"], ["-O2"], ["-O2", "-fno-builtin"]]


def look(compiler, lanes, flags, folder):
    """What is wrong with the object, as a list."""
    where = f"{compiler} {' '.join(flags)}, {lanes.name}"
    at = folder / re.sub(r"\W", "_", where)
    done = toolchain.run([compiler, *toolchain.STANDARD, *flags, *lanes.flags, *toolchain.includes(), "-c",
                          pathlib.Path(__file__).with_name("instantiate_all.cpp"), "-o", at])
    if done.returncode != 0:
        return [f"{where}: does not compile\n{done.stdout[:2000]}"]
    return wrong_in(at, where)


def wrong_in(at, where):
    undefined = subprocess.run(["nm", "--undefined-only", "--format=just-symbols", at], text=True,
                               capture_output=True, check=True).stdout.split()
    wrong = [f"{where}: calls {name}" for name in undefined if name not in ALLOWED]
    table = subprocess.run(["objdump", "--syms", "--demangle", at], text=True, capture_output=True,
                           check=True).stdout
    for line in table.splitlines():
        # value, seven flags, section, size, name
        found = re.match(r"[0-9a-f]+ (.{7}) (\S+)\t([0-9a-f]+) +(.*)$", line)
        if not found or "d" in found.group(1) or not WRITABLE.match(found.group(2)):
            continue
        if not found.group(4).startswith("Eigen::"):  # four empty objects that stand for indices
            wrong.append(f"{where}: keeps {found.group(4)} in {found.group(2)}")
    return wrong


# A guard that never barked may be asleep: each of these must be found.
PLANTED = r"""
extern "C" float expf(float);
extern "C" void* malloc(unsigned long);
float planted_call(float x) { return expf(x); }
void* planted_heap(unsigned long n) { return malloc(n); }
void planted_throw() { throw 1; }
int planted_counter() { static int count = 0; return ++count; }
"""


def planted(folder):
    source = folder / "planted.cpp"
    source.write_text(PLANTED)
    at = folder / "planted.o"
    done = toolchain.run([toolchain.COMPILERS[0], "-O1", "-c", source, "-o", at])
    found = "\n".join(wrong_in(at, "planted")) if done.returncode == 0 else done.stdout
    return [f"the planted {name} was not found" for name in
            ("calls expf", "calls malloc", "calls __cxa_throw", "keeps planted_counter()::count")
            if name not in found]


def wanted(flags):
    """The lanes to look at under these flags."""
    every = toolchain.lanes()
    if "-fno-builtin" in flags:  # one is enough to see a name that the compiler would have recognised
        return every[-1:]
    if os.environ.get("IDEM_TEST_ALL"):
        return every
    return [every[0], every[-1]]


def main():
    toolchain.require_compilers()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        failures = planted(folder)
        jobs = [(compiler, lanes, flags, folder) for compiler in toolchain.COMPILERS
                for flags in SETTINGS for lanes in wanted(flags)]
        for wrong in toolchain.in_parallel(lambda job: look(*job), jobs):
            failures += wrong
    toolchain.finish("symbols", len(jobs), failures)


if __name__ == "__main__":
    main()
