# SPDX-License-Identifier: Apache-2.0
"""Links part.cpp, compiled for several instruction sets, into one program, in both orders.

A header-only library leaves the linker many functions of one name. Were those of two instruction sets
to share it, the program's bits would hang on the order of its objects: each must keep its own.
"""

import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "house"))
import toolchain  # noqa: E402


def main_program(names):
    """A program that prints what each part is and what it computes."""
    declared = "".join(f"std::uint64_t {name}(const char**);\n" for name in names)
    called = "".join(f"  digest = {name}(&lanes);\n"
                     f'  std::printf("{name} %s %016llx\\n", lanes, (unsigned long long)digest);\n'
                     for name in names)
    return f"#include <cstdint>\n#include <cstdio>\n{declared}\nint main() {{\n" \
           f"  const char* lanes;\n  std::uint64_t digest;\n{called}}}\n"


def compile_part(job):
    """Nothing, or the compiler's complaint."""
    compiler, flags, name, source, at = job
    done = toolchain.run([compiler, *toolchain.STANDARD, *flags, *toolchain.includes(), f"-DIDEM_PART={name}",
                          "-c", source, "-o", at])
    return f"{toolchain.shown([compiler, *flags])}: does not compile\n{done.stdout[:2000]}" \
        if done.returncode else None


def try_order(title, compiler, flags, objects, folder, expected):
    """(complaints, the one digest) of a program linked from objects in this order."""
    program = folder / "program"
    linked = toolchain.run([compiler, *flags, *objects, "-o", program])
    if linked.returncode != 0:
        return [f"{title}: does not link\n{linked.stdout[:2000]}"], expected
    lines = [line.split() for line in toolchain.run([program]).stdout.splitlines()]
    if len({lanes for _, lanes, _ in lines}) != len({part.rsplit("_", 2)[0] for part, _, _ in lines}):
        return [f"{title}: two instruction sets are one: {lines}"], expected
    expected = expected or (lines[0][2] if lines else None)
    wrong = [f"{title}: {' '.join(line)}, expected {expected}" for line in lines if line[2] != expected]
    return (wrong if lines else [f"{title}: does not run"]), expected


def main():
    toolchain.require_compilers()
    runnable = [lanes for lanes in toolchain.lanes() if toolchain.processor_has(lanes.needs)]
    failures, programs, expected = [], 0, None
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        parts = {}  # (compiler, level): [(part's name, object)]
        jobs = []
        for compiler in toolchain.COMPILERS:
            for level in ("-O0", "-O2"):
                for lanes in runnable:
                    part = f"{lanes.name}_{toolchain.COMPILERS.index(compiler)}_{level[1:]}"
                    at = folder / (part + ".o")
                    parts.setdefault((compiler, level), []).append((part, at))
                    jobs.append((compiler, [level, *lanes.flags], part, HERE / "part.cpp", at))
        failures += [wrong for wrong in toolchain.in_parallel(compile_part, jobs) if wrong]
        programs_of = {f"{compiler} {level}": those for (compiler, level), those in parts.items()}
        programs_of["everything together"] = [part for those in parts.values() for part in those]
        for title, those in programs_of.items() if not failures else ():
            source = folder / "main.cpp"
            source.write_text(main_program([part for part, _ in those]))
            compiler = toolchain.COMPILERS[0]
            for order in ("ascending", "descending"):
                objects = [at for _, at in (those if order == "ascending" else reversed(those))]
                wrong, expected = try_order(f"{title}, {order}", compiler, [], [source, *objects], folder,
                                            expected)
                failures += wrong
                programs += 1
    toolchain.finish("one program", programs, failures)


if __name__ == "__main__":
    main()
