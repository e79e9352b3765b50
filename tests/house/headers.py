# SPDX-License-Identifier: Apache-2.0
"""Compiles every public header alone and twice, and the umbrella in two units of one program.

Alone with the first compiler, whose standard library the other shares; with IDEM_TEST_ALL set with every one.
"""

import os
import pathlib
import re
import sys
import tempfile

import toolchain

UMBRELLA = "idem/idem.hpp"


def compile_twice(compiler, header, folder):
    """What the compiler says of a unit that holds nothing but the header, or None."""
    source = folder / (header.replace("/", "_") + "." + compiler.replace("/", "_") + ".cpp")
    source.write_text(f"#include <{header}>\n#include <{header}>\n")
    done = toolchain.run([compiler, *toolchain.STANDARD, *toolchain.WARNINGS, "-fsyntax-only",
                          *toolchain.includes(), source])
    return f"{header} ({compiler}):\n{done.stdout}" if done.returncode else None


def link_two(compiler, folder):
    """The same for a program of two units that include everything: nothing may be defined twice."""
    units = []
    for name, body in (("one", "int main() { return 0; }"), ("two", "")):
        units.append(folder / f"{name}.{compiler.replace('/', '_')}.cpp")
        units[-1].write_text(f"#include <{UMBRELLA}>\n{body}\n")
    done = toolchain.run([compiler, *toolchain.STANDARD, *toolchain.WARNINGS, "-O0",
                          *toolchain.includes(), *units, "-o", units[0].with_suffix("")])
    return f"two units of {UMBRELLA} ({compiler}):\n{done.stdout}" if done.returncode else None


def not_in_umbrella():
    listed = re.findall(r"^#include <(idem/\S+)>$", (toolchain.INCLUDE / UMBRELLA).read_text(), re.MULTILINE)
    wanted = [header for header in toolchain.headers() if header != UMBRELLA]
    return [f"{UMBRELLA} lacks {header}" for header in wanted if header not in listed] + \
           [f"{UMBRELLA} lists {header} more than once" for header in set(listed) if listed.count(header) > 1]


def main():
    toolchain.require_compilers()
    headers = toolchain.headers()
    if UMBRELLA not in headers:
        sys.exit(f"{UMBRELLA} is missing")
    compilers = toolchain.COMPILERS if os.environ.get("IDEM_TEST_ALL") else toolchain.COMPILERS[:1]
    jobs = [(compiler, header) for header in headers for compiler in compilers]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        failures = toolchain.in_parallel(lambda job: compile_twice(*job, folder), jobs)
        failures += toolchain.in_parallel(lambda compiler: link_two(compiler, folder), toolchain.COMPILERS)
    failures = [failure for failure in failures if failure] + not_in_umbrella()
    toolchain.finish("headers", len(jobs) + len(toolchain.COMPILERS), failures)


if __name__ == "__main__":
    main()
