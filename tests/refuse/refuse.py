# SPDX-License-Identifier: Apache-2.0
"""Programs that must not compile, and programs that must not run.

Each .cpp file here says in its first comments what must happen to it:

    // refuse: <regex>     part of the compiler's message (when: link: of the program's output)
    // flags: <flags>      added to the command (when: link: of linking, else of compiling)
    // when: compile       it must not compile; this is what holds without the line
    // when: link          compiled without the flags and linked with them, it must exit with failure
    // when: run           it must exit with success: it brings about what must be refused by itself
    // compilers: g++      only this kind of compiler
    // machine: x86_64     only this kind of processor
    // port: cortex-m55    compiled for this port, the control with the flags of its machine file

A refusal counts only beside its control: the same program without the flags and without the lines that
end in `// refused` must compile (when: link: and exit with success).
"""

import argparse
import os
import pathlib
import re
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "house"))
sys.path.insert(0, str(HERE.parent / "stages"))
import ports  # noqa: E402
import toolchain  # noqa: E402

REFUSED_LINE = re.compile(r"^.*// refused$", re.MULTILINE)
FIELD = re.compile(r"^// (refuse|flags|when|compilers|machine|port): (.*)$", re.MULTILINE)


class Case:
    def __init__(self, path):
        self.name = path.stem
        self.text = path.read_text()
        fields = dict(FIELD.findall(self.text))
        self.message = fields.get("refuse", "")
        self.flags = fields.get("flags", "").split()
        self.when = fields.get("when", "compile")
        self.compilers = fields.get("compilers")
        self.machine = fields.get("machine", os.uname().machine)
        self.port = fields.get("port")


def complaint(what, output):
    """What went wrong, with the beginning of what the compiler or program said."""
    return what + "".join("\n    " + line for line in output.strip().split("\n")[:12])


def judge(case, succeeded, output):
    """What is wrong with a refusal, or None."""
    if succeeded:
        return complaint("is not refused", output)
    if not re.search(case.message, output):
        return complaint(f"is refused, but not for '{case.message}'", output)
    return None


def compile_only(compiler, flags, source):
    done = toolchain.run([compiler, *toolchain.STANDARD, "-Wall", "-Wextra", "-Werror", "-fsyntax-only",
                          *toolchain.includes(), *flags, source])
    return done.returncode == 0, done.stdout


def port_command(compiler, port):
    """The compiler that builds for a port, and the arguments that every program for it has."""
    if toolchain.is_clang(compiler):
        return compiler, port.clang_arguments()
    return port.compiler, port.arguments()


def try_compile(case, compiler, port, folder):
    """What is wrong, None when nothing is, "skipped" when this machine cannot compile the control."""
    machine = []
    if port is not None:
        compiler, machine = port_command(compiler, port)
    if "-m32" in case.flags:
        machine = ["-m32", "-msse2", "-mfpmath=sse"]
        probe = folder / "probe.cpp"
        probe.write_text("#include <limits>\n#include <cstdint>\n")
        if not compile_only(compiler, machine, probe)[0]:
            return "skipped"
    control = folder / "control.cpp"
    control.write_text(REFUSED_LINE.sub("", case.text))
    accepted, output = compile_only(compiler, machine, control)
    if not accepted:
        return complaint("has a control that is refused too", output)
    source = folder / "case.cpp"
    source.write_text(case.text)
    # A port's own flags stand first, and lose where they differ.
    flags = [*(machine if port is not None else []), *case.flags]
    return judge(case, *compile_only(compiler, flags, source))


def try_link_or_run(case, compiler, lanes, folder):
    """What is wrong, or None."""
    source = folder / "case.cpp"
    source.write_text(case.text)
    flags = case.flags if case.when == "run" else []
    compiled = toolchain.run([compiler, *toolchain.STANDARD, "-O2", *lanes.flags, *flags, *toolchain.includes(),
                              "-c", source, "-o", folder / "case.o"])
    if compiled.returncode != 0:
        return complaint("does not compile", compiled.stdout)

    def link_and_run(flags):
        linked = toolchain.run([compiler, *flags, folder / "case.o", "-o", folder / "case"])
        if linked.returncode != 0:
            return True, linked.stdout
        ran = toolchain.run([folder / "case"])
        return ran.returncode == 0, ran.stdout

    succeeded, output = link_and_run([])
    if not succeeded:
        return complaint("fails" if case.when == "run" else "has a control that fails", output)
    return judge(case, *link_and_run(case.flags)) if case.when == "link" else None


def jobs(chosen):
    """(case, compiler, lanes or None, port or None)"""
    by_name = {port.name: port for port in chosen}
    runnable = [lanes for lanes in toolchain.lanes() if toolchain.processor_has(lanes.needs)]
    for path in sorted(HERE.glob("*.cpp")):
        case = Case(path)
        if case.port is not None and case.port not in by_name:
            continue
        for compiler in toolchain.COMPILERS:
            kind = "clang++" if toolchain.is_clang(compiler) else "g++"
            if case.compilers in (None, kind) and case.machine == os.uname().machine:
                for lanes in runnable if case.when != "compile" else [None]:
                    yield case, compiler, lanes, by_name.get(case.port)


def work(job):
    case, compiler, lanes, port = job
    with tempfile.TemporaryDirectory() as folder:
        if lanes is None:
            return try_compile(case, compiler, port, pathlib.Path(folder))
        return try_link_or_run(case, compiler, lanes, pathlib.Path(folder))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ports", default="all")
    options = parser.parse_args()
    toolchain.require_compilers()
    todo = list(jobs(ports.selected(options.ports)))
    failures, skipped = [], 0
    for (case, compiler, lanes, _), wrong in zip(todo, toolchain.in_parallel(work, todo)):
        where = f"{case.name} ({compiler}{', ' + lanes.name if lanes else ''})"
        if wrong == "skipped":
            skipped += 1
            print(f"{where}: skipped: this machine has no headers for 32 bits")
        elif wrong:
            failures.append(f"{where} {wrong}")
    toolchain.finish("refuse", len(todo) - skipped, failures)


if __name__ == "__main__":
    main()
