#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The README's program prints what the README says, with every compiler that is there.

usage: readme.py INCLUDE_DIR"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main(include):
    text = (ROOT / "README.md").read_text()
    program = re.search(r"```cpp\n(.*?)```", text, re.S).group(1)
    promised = re.search(r"^    (distance .*)$", text, re.M).group(1)
    eigen = subprocess.run(["pkg-config", "--cflags", "eigen3"], check=True, capture_output=True,
                           text=True).stdout.split()
    compilers = [name for name in ("g++", "clang++") if shutil.which(name)]
    wrong = 0 if compilers else 1
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "program.cpp")
        source.write_text(program)
        for compiler in compilers:
            subprocess.run([compiler, "-std=c++20", "-O2", *eigen, f"-I{include}", source, "-o",
                            f"{folder}/a.out"], check=True)
            printed = subprocess.run([f"{folder}/a.out"], check=True, capture_output=True,
                                     text=True).stdout.strip()
            print(f"{compiler}: {printed}")
            wrong += printed != promised
    if wrong:
        print(f"the README promises: {promised}")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
