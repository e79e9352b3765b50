# SPDX-License-Identifier: Apache-2.0
"""Builds the firmware of ports/example away from the repository, against idem as it is installed and as a Meson
subproject, in C and C++; runs it beside its desktop twin and shows the digests side by side.

    python3 firmware.py [--ports all|auto|NAME,...]
"""

import argparse
import pathlib
import re
import shutil
import sys
import tempfile

import archive
import ports  # archive.py says where
import toolchain

BOARDS = ("cortex-m4f", "cortex-m0")
README = "49b133ed30391470"  # what it says of the digest of the first two
DIGESTS = {"C": README, "C++": README, "window": "aa248b497e4096e8"}


def project(folder):
    """A copy of the example with the ports' start-up, and nothing else of the repository."""
    shutil.copytree(ports.FOLDER, folder / "ports")
    return folder / "ports" / "example"


def build(source, folder, port, options=()):
    """The programs, by language; that of windows is in C++."""
    command = ["meson", "setup", folder, source, *options]
    if port is not None:
        command += ["--cross-file", ports.FOLDER / port.name / "machine.ini"]
    folder.mkdir(parents=True)
    archive.must(command, cwd=folder)
    archive.must(["ninja", "-C", folder, "learn-c", "learn-cpp", "learn-window"])
    return {"C": folder / "learn-c", "C++": folder / "learn-cpp", "window": folder / "learn-window"}


def run(title, programs, port, failures):
    for language, program in programs.items():
        ran = toolchain.run([program]) if port is None else port.run(program)
        found = dict(re.findall(r"^(distance in millionths|digest|bytes of stack): (\w+)$", ran.stdout, re.MULTILINE))
        size = ""
        if port is not None:
            text, data, bss = archive.must([archive.tool(port.compiler, "size"), program]).splitlines()[1].split()[:3]
            size = f"{text:>6} bytes of flash, {int(data) + int(bss)} of RAM in all, " \
                   f"{found.get('bytes of stack')} of its stack used"
        print(f"{title:<28} {language:<6} distance {found.get('distance in millionths')}e-6, "
              f"digest {found.get('digest')}  {size}", flush=True)
        if ran.returncode != 0 or found.get("digest") != DIGESTS[language]:
            failures.append(f"{title}, {language}: status {ran.returncode}, {ran.stdout[-500:]!r}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ports", default="auto")
    asked = parser.parse_args().ports
    others = set() if asked in ("all", "auto") else set(asked.split(",")) - set(BOARDS)
    if others:
        sys.exit(f"{', '.join(sorted(others))}: the example is for {', '.join(BOARDS)}")
    chosen = [port for port in ports.selected(asked) if port.name in BOARDS]
    failures, count = [], 0
    with tempfile.TemporaryDirectory() as name:
        for port in (None, *chosen):
            called = "desktop" if port is None else port.name
            folder = pathlib.Path(name) / called
            prefix = archive.installed(folder / "installed", ["resrelu:f32:8"], port)
            source = project(folder)
            programs = build(source, folder / "with-pkg-config", port,
                             [f"-Dpkg_config_path={prefix / 'lib' / 'pkgconfig'}"])
            run(f"{called}, pkg-config", programs, port, failures)
            (source / "subprojects").mkdir()
            (source / "subprojects" / "idem").symlink_to(toolchain.ROOT)
            programs = build(source, folder / "with-subproject", port, ["--force-fallback-for=idem,idem-c"])
            run(f"{called}, subproject", programs, port, failures)
            count += 2 * len(programs)
    toolchain.finish("firmware", count, failures)


if __name__ == "__main__":
    main()
