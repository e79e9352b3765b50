# SPDX-License-Identifier: Apache-2.0
"""The ports, as the folders of ports/ say: how to compile for one, and how to run what was compiled."""

import ast
import configparser
import os
import pathlib
import re
import shutil
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "house"))
import toolchain  # noqa: E402

FOLDER = toolchain.ROOT / "ports"
COMMON = FOLDER / "common"

# What no image on a board needs, and Meson leaves out by its own options.
WITHOUT = ["-fno-exceptions", "-fno-rtti", "-DNDEBUG"]


def evaluate(text, names):
    """A value of a machine file: texts, numbers, lists, names of earlier values, and sums of them."""
    def value(node):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return value(node.left) + value(node.right)
        if isinstance(node, ast.Name):
            return {"true": True, "false": False}[node.id] if node.id in ("true", "false") else names[node.id]
        if isinstance(node, ast.List):
            return [value(item) for item in node.elts]
        return ast.literal_eval(node)
    return value(ast.parse("".join(text.splitlines()), mode="eval").body)


class Port:
    def __init__(self, folder):
        self.name = folder.name
        self.folder = folder
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(folder / "machine.ini")
        constants, self.values = {}, {}
        for section in parser.sections():  # [constants] stands first
            names = constants if section == "constants" else dict(constants)
            for key, text in parser[section].items():
                self.values[section, key] = names[key] = evaluate(text, names)
        if self.value("port") != self.name:
            sys.exit(f"{folder / 'machine.ini'}: the property port is not the folder's name")

    def value(self, key, section="properties", default=None):
        return self.values.get((section, key), default)

    @property
    def compiler(self):
        return self.value("cpp", "binaries")

    @property
    def wrapper(self):
        return self.value("exe_wrapper", "binaries", [])

    @property
    def is_bare(self):
        return self.value("system", "host_machine") == "none"

    def missing(self):
        """What this machine lacks to build and run it."""
        lacks = [program for program in (self.compiler, *self.wrapper[:1]) if shutil.which(program) is None]
        family = self.value("cpu_family", "host_machine")
        if not self.wrapper and os.uname().machine != family:
            lacks.append(f"a processor of the family {family}")
        return lacks

    def runs_here(self):
        """Whether the processor, where the port runs on it, has the instructions."""
        return toolchain.processor_has(tuple(self.value("needs", default=[])))

    def includes(self):
        return ["-I", FOLDER, *toolchain.includes()]

    def arguments(self):
        """What every compilation for the port is called with."""
        return [*toolchain.STANDARD, *self.value("cpp_args", "built-in options"), *WITHOUT,
                *self.value("board_args"), *self.includes()]

    def clang_arguments(self):
        """The same for Clang, which takes the headers of the port's own compiler."""
        args = self.value("cpp_args", "built-in options")
        said = toolchain.run([self.compiler, *args, "-E", "-v", "-x", "c++", os.devnull, "-o", os.devnull],
                             env={**os.environ, "LC_ALL": "C"}).stdout
        listed = said.partition("search starts here:\n#include <...> search starts here:\n")[2] or \
            said.partition("#include <...> search starts here:\n")[2]
        system = [os.path.realpath(line.strip())
                  for line in listed.partition("End of search list.")[0].splitlines()]
        # All but GCC's own, which Clang has too.
        headers = [word for path in system if not re.search(r"/lib/gcc(-cross)?/.*/include(-fixed)?$", path)
                   for word in ("-isystem", path)]
        return [*toolchain.STANDARD, *self.value("clang"), "-nostdinc++", *headers, "-ffunction-sections",
                "-fdata-sections", "-fno-threadsafe-statics", *WITHOUT, *self.value("board_args"),
                *self.includes()]

    def startup(self):
        return [COMMON / name for name in self.value("startup")]

    def link_arguments(self):
        args = list(self.value("cpp_link_args", "built-in options"))
        if self.is_bare:
            args += ["-nostartfiles", "-L", COMMON, "-T", self.folder / "memory.ld"]
        return args

    def build(self, sources, image, flags=(), libraries=(), clang=None):
        """Compiles and links a program; the finished process of whichever step was last."""
        command = [self.compiler, *self.arguments(), *toolchain.WARNINGS] if clang is None else \
            [clang, *self.clang_arguments()]
        objects = []
        for source in (*sources, *self.startup()):
            objects.append(image.with_name(f"{image.name}-{pathlib.Path(source).stem}.o"))
            done = toolchain.run([*command, *flags, "-c", source, "-o", objects[-1]])
            if done.returncode != 0:
                return done
        # Clang's objects and the port's own have enumerations of different size: none crosses between them.
        return toolchain.run([self.compiler, *flags, *objects, *self.link_arguments(), *libraries, "-o", image])

    def run(self, image, wrapper_args=()):
        """The finished process. An image that hangs is ended, and has failed."""
        command = [*self.wrapper[:1], *wrapper_args, *self.wrapper[1:], image]
        return toolchain.run(["timeout", "300", *command], stdin=open(os.devnull))


def every_port():
    return [Port(path.parent) for path in sorted(FOLDER.glob("*/machine.ini"))]


def selected(choice):
    """The ports that are asked for: `all`, `auto` (those that can be built and run here) or names, comma-separated.
    What is asked for and cannot be is an error, never a silence."""
    ports = every_port()
    if choice == "auto":
        for port in ports:
            if port.missing():
                print(f"{port.name}: left out, missing: {', '.join(port.missing())}")
        return [port for port in ports if not port.missing()]
    if choice != "all":
        names = {port.name: port for port in ports}
        wanted = [name.strip() for name in choice.split(",")]
        unknown = [name for name in wanted if name not in names]
        if unknown:
            sys.exit(f"no such port: {', '.join(unknown)}; there are {', '.join(names)}")
        ports = [names[name] for name in wanted]
    lacking = {program for port in ports for program in port.missing()}
    if lacking:
        sys.exit(f"missing: {', '.join(sorted(lacking))}; `./dev test` installs what the ports need, "
                 "-Dports=auto leaves out what cannot be built here")
    return ports
