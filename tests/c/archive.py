# SPDX-License-Identifier: Apache-2.0
"""The archive for C, built and installed as a user would: for this machine, or for a port."""

import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "house"))
sys.path.insert(0, str(HERE.parent / "stages"))
import ports  # noqa: E402
import toolchain  # noqa: E402

# What the budget of flash counts.
TRAINING = ["init_contract_1", "feed", "end_batch", "predict", "digest"]


def must(command, **options):
    """The output of a command that succeeds, or the end of the test."""
    done = toolchain.run(command, **options)
    if done.returncode != 0:
        sys.exit(f"{toolchain.shown(command)}\n{done.stdout[-4000:]}")
    return done.stdout


def installed(folder, shapes, port=None, optimization=None, cpp_args=()):
    """The prefix into which header, archive and pkg-config file were installed."""
    build, prefix = folder / "build", folder / "prefix"
    command = ["meson", "setup", build, toolchain.ROOT, f"--prefix={prefix}", "--libdir=lib", "-Dprogram=false",
               f"-Dshapes={','.join(shapes)}"]
    if port is not None:
        command += ["--cross-file", port.folder / "machine.ini"]
    if optimization is not None:
        command.append(f"-Doptimization={optimization}")
    folder.mkdir(parents=True, exist_ok=True)
    if cpp_args:
        # Beside those of the port, which an option would replace.
        args = [*port.value("cpp_args", "built-in options"), *cpp_args]
        (folder / "more.ini").write_text(f"[built-in options]\ncpp_args = {args}\n")
        command += ["--cross-file", folder / "more.ini"]
    must(command, cwd=folder)
    must(["ninja", "-C", build, "src/c/libidem-c.a"])
    must(["meson", "install", "-C", build, "--no-rebuild", "--tags", "devel"])
    return prefix


def flags(prefix, *what):
    """What pkg-config says about the archive."""
    env = {**os.environ, "PKG_CONFIG_PATH": str(prefix / "lib" / "pkgconfig")}
    return subprocess.run(["pkg-config", *what, "idem-c"], env=env, check=True, text=True,
                          capture_output=True).stdout.split()


def tool(compiler, name):
    """A sibling of the compiler, as arm-none-eabi-nm is of arm-none-eabi-g++."""
    return compiler.rsplit("g", 1)[0] + name


def training_size(prefix, port, shape="f32_8", more=()):
    """(text, data, bss): of a program that is nothing but the training functions of a shape and `more`, and of the
    archive."""
    image = prefix / f"training-{shape}"
    names = [*(f"idem_{shape}_{name}" for name in TRAINING), *more]
    archive = prefix / "lib" / "libidem-c.a"
    must([port.compiler, *port.value("cpp_link_args", "built-in options"), "-nostdlib", "-Wl,--gc-sections",
          f"-Wl,-e,{names[0]}", *(f"-Wl,-u,{name}" for name in names), "-Wl,--defsym=memset=0",
          "-Wl,--defsym=memcpy=0", archive, "-lgcc", "-o", image])
    size = tool(port.compiler, "size")
    text = must([size, image]).splitlines()[1].split()[0]
    data, bss = must([size, "--totals", archive]).splitlines()[-1].split()[1:3]
    return int(text), int(data), int(bss)
