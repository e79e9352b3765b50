# SPDX-License-Identifier: Apache-2.0
"""What the guards share: where things are, which compilers and lanes there are, and how to run many
jobs at once."""

import concurrent.futures
import contextlib
import dataclasses
import fcntl
import os
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "include"

# Every promise is made for both; IDEM_COMPILERS names others, as in IDEM_COMPILERS="g++-14 clang++-19".
COMPILERS = os.environ.get("IDEM_COMPILERS", "g++ clang++").split()

STANDARD = ["-std=c++20"]
WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion",
            "-Wdouble-promotion", "-Werror", "-Wno-psabi"]


@dataclasses.dataclass(frozen=True)
class Lanes:
    """One way of compiling for this processor, and what the processor must have to run it."""
    name: str
    flags: tuple
    needs: tuple = ()


def lanes():
    if os.uname().machine != "x86_64":
        return [Lanes("plain", ("-DIDEM_PLAIN_LANES",)), Lanes("default", ())]
    return [
        Lanes("plain", ("-DIDEM_PLAIN_LANES", "-march=x86-64")),
        Lanes("plain_fma", ("-DIDEM_PLAIN_LANES", "-march=x86-64-v3"), ("avx2", "fma")),
        Lanes("sse2", ("-march=x86-64",)),
        Lanes("avx2", ("-march=x86-64-v3",), ("avx2", "fma")),
        Lanes("avx512", ("-march=x86-64-v4",), ("avx512f", "avx512vl", "avx512dq", "avx512bw")),
    ]


def is_clang(compiler):
    return "clang" in os.path.basename(compiler)


def eigen():
    """Eigen's include directory as the build finds it: pkg-config, or the subproject."""
    found = subprocess.run(["pkg-config", "--cflags-only-I", "eigen3"], capture_output=True, text=True)
    paths = [word[2:] for word in shlex.split(found.stdout) if word.startswith("-I")]
    if found.returncode != 0 or not paths:
        subproject = ROOT / "subprojects" / "eigen"
        paths = [str(subproject if subproject.is_dir() else "/usr/include/eigen3")]
    return [flag for path in paths for flag in ("-isystem", path)]


def includes():
    return ["-I" + str(INCLUDE), *eigen()]


def require_compilers():
    missing = [c for c in COMPILERS if shutil.which(c) is None]
    if missing:
        sys.exit(f"missing: {', '.join(missing)}; `./dev test` installs what the tests need")


def run(command, **options):
    """The finished process, its output as text with both streams in one."""
    return subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", **options)


def shown(command):
    return shlex.join(str(word) for word in command)


def processors():
    """As many as this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@contextlib.contextmanager
def a_processor():
    """A processor's turn: of all programs of one user that ask, as many have one at a time as there are processors.

    A turn is the lock of a file, so that it ends with the program that has it, however that ends."""
    folder = pathlib.Path(tempfile.gettempdir()) / f"idem-turns-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    while True:
        for i in range(processors()):
            with open(folder / str(i), "a") as turn:
                if try_lock(turn):
                    yield
                    return
        time.sleep(0.05)


def try_lock(file):
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def in_parallel(work, items):
    """[work(item) for item in items], each in a processor's turn; `work` may not call this."""
    def in_turn(item):
        with a_processor():
            return work(item)

    with concurrent.futures.ThreadPoolExecutor(max_workers=processors()) as pool:
        return list(pool.map(in_turn, items))


def processor_has(needs):
    """Whether this processor runs code that needs these features, as the compiler's own probe says."""
    if not needs:
        return True
    tests = " && ".join(f'__builtin_cpu_supports("{feature}")' for feature in needs)
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "probe.cpp"
        source.write_text(f"int main() {{ return ({tests}) ? 0 : 1; }}\n")
        program = pathlib.Path(folder) / "probe"
        if run([COMPILERS[0], source, "-o", program]).returncode != 0:
            return False
        return run([program]).returncode == 0


def headers():
    """Every header that a user may include. The lanes are private to arith/lanes.hpp."""
    folder = INCLUDE / "idem"
    return sorted(path.relative_to(INCLUDE).as_posix() for path in folder.rglob("*.hpp")
                  if path.parent != folder / "arith" / "lanes")


def finish(name, checked, failures):
    """Prints what failed and one line that sums up; ends the program."""
    for failure in failures:
        print(failure)
    print(f"{name}: {checked} checked, {len(failures)} failed")
    sys.exit(1 if failures or checked == 0 else 0)
