# SPDX-License-Identifier: Apache-2.0
"""Has the code run under instruments, and read by analysers: each must find nothing.

    python3 analyze.py asan|tsan|valgrind|clang-tidy|cppcheck|clang-format [--build FOLDER] [--work FOLDER]

--build is a configured build, whose commands clang-tidy reads; --work is where
the instrumented builds go, a temporary folder by default.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import toolchain

ROOT = toolchain.ROOT


def need(program):
    if shutil.which(program) is None:
        sys.exit(f"missing: {program}; `./dev test --all` installs what the analyses need")


def attempt(title, command, **options):
    """Runs a command; prints one line, and all it said if it failed. Whether it succeeded."""
    done = toolchain.run(command, **options)
    print(f"{title}: {'clean' if done.returncode == 0 else 'FAILED'}", flush=True)
    if done.returncode != 0:
        print(done.stdout[-8000:])
    return done.returncode == 0


def sources(folders, endings):
    return sorted(str(path) for folder in folders for path in (ROOT / folder).rglob("*")
                  if path.suffix in endings)


def instrumented(folder, kinds, targets):
    """Configures and builds with sanitizers; whether that worked. Eigen's own assertions are on."""
    return attempt("configure", ["meson", "setup", folder, ROOT, "-Ddebug=true", "-Doptimization=1",
                                 "-Dwerror=false", "-Db_ndebug=false", "-Db_lundef=false",
                                 f"-Db_sanitize={kinds}"]) and \
        attempt("build", ["meson", "compile", "-C", folder, *targets])


def tests(folder):
    """{name: command} of the tests in a build that this processor can run."""
    listed = json.loads(subprocess.run(["meson", "introspect", "--tests", folder], text=True, check=True,
                                       capture_output=True).stdout)
    return {test["name"]: test["cmd"] for test in listed if not test["cmd"][0].endswith("skipped.sh")}


def asan(options, work):
    """Addresses, leaks and undefined behaviour: the unit tests, on two lanes, and the program's."""
    folder = work / "asan"
    units = ("unit", "unit-plain", "unit-avx2")
    if not instrumented(folder, "address,undefined", [*units, "program_test", "idem"]):
        return False
    environment = dict(os.environ, UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1",
                       ASAN_OPTIONS="detect_stack_use_after_return=1")
    commands = tests(folder)
    return all([attempt(name, commands[name], env=environment, cwd=folder)
                for name in (*units, "program", "command line") if name in commands])


def tsan(options, work):
    """Races: the executor under a training on three threads, and the digests on up to three."""
    folder = work / "tsan"
    if not instrumented(folder, "thread", ["idem"]):
        return False
    environment = dict(os.environ, TSAN_OPTIONS="halt_on_error=1")
    good = [attempt(f"idem train --scalar {scalar}",
                    [folder / "src" / "idem", "train", "--dim", "20", "--steps", "300", "--threads", "3",
                     "--scalar", scalar], env=environment, cwd=work)
            for scalar in ("float", "double")]
    digests = work / "digests"
    built = attempt("build digests", [toolchain.COMPILERS[0], *toolchain.STANDARD, "-O1", "-g", "-march=x86-64-v3",
                                      "-fsanitize=thread", *toolchain.includes(), "-pthread",
                                      ROOT / "tests" / "identity" / "digests.cpp", "-o", digests])
    return built and attempt("digests", [digests], env=environment) and all(good)


def valgrind(options, work):
    """Reads of what was never written: the unit tests on plain lanes (valgrind knows no AVX-512), but for the
    long trainings."""
    need("valgrind")
    folder = work / "plain"
    if not (attempt("configure", ["meson", "setup", folder, ROOT, "-Dcpu=plain"]) and
            attempt("build", ["meson", "compile", "-C", folder, "unit", "unit-plain"])):
        return False
    chosen = ["--source-file-exclude=*convergence.cpp",
              # It knows neither rounding modes nor flushing.
              "--test-case-exclude=the self-test finds the rounding mode,the self-test finds flushed*"]
    jobs = []
    for name in ("unit", "unit-plain"):
        program = folder / "tests" / name
        said = subprocess.run([program, "--count", "--no-colors", *chosen], text=True, check=True, capture_output=True)
        cases = int(said.stdout.split(":")[-1])
        # One by one: valgrind runs a program on one processor, and a few of them take most of the time.
        jobs += [(f"{name}, case {case} of {cases}",
                  ["valgrind", "-q", "--error-exitcode=1", "--leak-check=full", program, *chosen,
                   f"--first={case}", f"--last={case}"]) for case in range(1, cases + 1)]
    return all(toolchain.in_parallel(lambda job: attempt(*job), jobs))


def clang_tidy(options, work):
    """The checks of .clang-tidy on the program and on everything the library offers."""
    need("clang-tidy")
    everything = str(ROOT / "tests" / "house" / "instantiate_all.cpp")
    commands = json.loads((options.build / "compile_commands.json").read_text())
    listed = {os.path.normpath(os.path.join(entry["directory"], entry["file"])) for entry in commands}
    command = ["clang-tidy", "--quiet", "--extra-arg=-Wno-unknown-warning-option", "-p", options.build]
    jobs = [(os.path.relpath(path, ROOT), [*command, path])
            for path in sources(["src"], {".cpp"}) if path in listed]
    jobs += [(f"the library, {lanes.name}", ["clang-tidy", "--quiet", everything, "--", *toolchain.STANDARD,
                                             *lanes.flags, *toolchain.includes()])
             for lanes in toolchain.lanes()]
    return all(toolchain.in_parallel(lambda job: attempt(*job), jobs))


def cppcheck(options, work):
    """The program and the headers, as cppcheck reads them."""
    need("cppcheck")
    mistaken = [
        "shiftTooManyBitsSigned",  # C++20 defines it
        "uninitvar:*/stream.hpp",  # takes a loop over a constant for one that may not run; valgrind watches
        "uninitMemberVar:*/progress.cpp",  # does not see the constructor's list
    ]
    return attempt("cppcheck", [
        "cppcheck", *(f"--suppress={one}" for one in mistaken), "--quiet", "--std=c++20", "--language=c++", "--error-exitcode=1",
        "--enable=warning,performance,portability", "-I", ROOT / "include", "-I", ROOT / "src",
        "-D__x86_64__", "-D__SSE2__", "-D__AVX2__", "-D__FMA__", "-D__GNUC__=12", "-DIDEM_DIMS=8,20",
        f"-j{toolchain.processors()}", *sources(["src"], {".cpp"}), *sources(["include"], {".hpp"})])


def clang_format(options, work):
    """Every source as .clang-format would have it."""
    need("clang-format")
    return attempt("clang-format", ["clang-format", "--dry-run", "--Werror",
                                    *sources(["include", "src", "tests", "bench", "ports"],
                                             {".hpp", ".cpp", ".h", ".c"})])


ANALYSES = {"asan": asan, "tsan": tsan, "valgrind": valgrind, "clang-tidy": clang_tidy, "cppcheck": cppcheck,
            "clang-format": clang_format}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("analysis", choices=ANALYSES)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--work", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        clean = ANALYSES[options.analysis](options, pathlib.Path(work))
    sys.exit(0 if clean else 1)


if __name__ == "__main__":
    main()
