# SPDX-License-Identifier: Apache-2.0
"""idem.h and its archive: the digests of C++, the README's program in C, no need of a C++ library, nothing left
undefined but memset, memcpy and what stands in for an FPU, flash and instructions within their budgets, and versions
that have to fit.

    python3 interface.py [--ports all|auto|NAME,...]
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import archive
import ports  # archive.py says where
import toolchain

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(toolchain.ROOT / "bench"))
import footprint  # noqa: E402

C_FLAGS = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-Wshadow",
           "-Wunused-function"]
SHAPES = ["resrelu:f32:8", "resrelu:f64:8"]
FLASH = 1536  # of the training functions on a Cortex-M4F at -Os, d = 8, float
INSTRUCTIONS = 2.5  # for a multiply-add of a step there at -O2, d = 16, float, 8 samples in arrays; 2 b d^2 of them
SELF_TEST = 4096  # what the self-test adds to them
PLAIN = {"memset", "memcpy"}
# libgcc's arithmetic: ARM's own names, and the common ones.
LIBGCC = re.compile(r"__(aeabi_(f|d|i2|ui2|l2|ul2|l[a-z]|u?idiv|u?ldiv)\w*|\w+[sdt][ifc][23]?|clz[sd]i2|gnu_\w+)$")


def c_compilers():
    return [name for name in ("gcc", "clang") if shutil.which(name)]


def undefined(at, nm="nm"):
    """Names that an archive leaves to others."""
    said = subprocess.run([nm, "--format=posix", at], check=True, capture_output=True, text=True).stdout
    rows = [line.split() for line in said.splitlines() if not line.endswith(":")]
    return {row[0] for row in rows if row[1] in "Uw"} - {row[0] for row in rows if row[1] not in "Uw"}


def native(folder):
    """What is wrong on this machine."""
    wrong = []
    prefix = archive.installed(folder / "native", SHAPES)
    twin = folder / "twin"
    archive.must([toolchain.COMPILERS[0], *toolchain.STANDARD, *toolchain.WARNINGS, "-O2", *toolchain.includes(),
                  HERE / "train.cpp", "-o", twin])
    expected = archive.must([twin])
    readme = (toolchain.ROOT / "README.md").read_text()
    program = folder / "readme.c"
    program.write_text(re.search(r"```c\n(.*?)```", readme, re.S).group(1))
    promised = re.search(r"^    distance .*$", readme, re.M).group().strip()
    for compiler in c_compilers():
        for source, wanted in ((HERE / "train.c", expected), (program, promised)):
            image = folder / f"{compiler}-{source.stem}"
            archive.must([compiler, *C_FLAGS, *archive.flags(prefix, "--cflags"), source,
                          *archive.flags(prefix, "--libs"), "-o", image])
            ran = toolchain.run([image])
            if ran.returncode != 0 or ran.stdout.strip() != wanted.strip():
                wrong.append(f"{source.name}, {compiler}: status {ran.returncode}, {ran.stdout!r}, not {wanted!r}")
    left = undefined(prefix / "lib" / "libidem-c.a") - PLAIN - {"__stack_chk_fail", "_GLOBAL_OFFSET_TABLE_"}
    if left:
        wrong.append(f"native: leaves {', '.join(sorted(left))} undefined")
    return wrong + versions(folder, prefix)


def versions(folder, prefix):
    """A header of another contract must not link, and the message must say so."""
    other = folder / "other" / "idem"
    other.mkdir(parents=True)
    header = (prefix / "include" / "idem" / "idem.h").read_text()
    (other / "idem.h").write_text(header.replace("#define IDEM_CONTRACT 1", "#define IDEM_CONTRACT 2"))
    source = folder / "versions.c"
    source.write_text("#include <idem/idem.h>\nIDEM_RESRELU(f32, 8)\nstatic idem_f32_8 net;\n"
                      "int main(void) { return idem_f32_8_init(&net); }\n")
    command = ["gcc", *C_FLAGS, source, *archive.flags(prefix, "--libs"), "-o", folder / "versions"]
    if toolchain.run([*command, *archive.flags(prefix, "--cflags")]).returncode != 0:
        return ["a program of three lines does not build"]
    said = toolchain.run([*command, "-I", other.parent])
    if said.returncode == 0 or "idem_f32_8_init_contract_2" not in said.stdout:
        return [f"a header of another contract is not refused: {said.stdout}"]
    return []


def on_port(port, folder):
    # Floats only: the self-test looks at the scalar types of the shapes.
    prefix = archive.installed(folder / port.name, SHAPES[:1], port)
    left = undefined(prefix / "lib" / "libidem-c.a", archive.tool(port.compiler, "nm")) - PLAIN
    wrong = [f"{port.name}: leaves {name} undefined" for name in sorted(left) if not LIBGCC.match(name)]
    text, data, bss = archive.training_size(prefix, port)
    tested = archive.training_size(prefix, port, more=["idem_self_test"])[0] - text
    print(f"{port.name}: training d = 8, float: {text} bytes of text, {data} of data, {bss} of bss; "
          f"self-test: {tested} more")
    if tested > SELF_TEST:
        wrong.append(f"{port.name}: the self-test adds {tested} bytes, more than {SELF_TEST}")
    if data or bss:
        wrong.append(f"{port.name}: {data} bytes of data and {bss} of bss of its own")
    if port.name == "cortex-m4f":
        if text > FLASH:
            wrong.append(f"{port.name}: {text} bytes of text, more than {FLASH}")
        step = footprint.measured(port, 16, "-O2", folder)["instructions_per_step_of_arrays"] / (2 * 8 * 16 * 16)
        print(f"{port.name}: a step, d = 16, float: {step:.2f} instructions for a multiply-add")
        if step > INSTRUCTIONS:
            wrong.append(f"{port.name}: {step:.2f} instructions for a multiply-add, more than {INSTRUCTIONS}")
    return wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ports", default="auto")
    options = parser.parse_args()
    chosen = [port for port in ports.selected(options.ports) if port.is_bare]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        failures = native(folder)
        for port in chosen:
            failures += on_port(port, folder)
    toolchain.finish("c", 1 + len(chosen), failures)


if __name__ == "__main__":
    main()
