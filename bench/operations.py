# SPDX-License-Identifier: Apache-2.0
"""What a training step executes on this processor, exactly, and the most of its fma peak that these instructions leave.

An Intel core has two ports for vectors of 64 bytes, which multiply, add, compare, select and shuffle alike; a plain
load, one that broadcasts and a store need neither. So n multiply-adds and m other operations let these ports spend n / (n + m)
of the time on multiplying, whatever else is hidden. With narrower vectors other ports add and shuffle: no such bound is
shown. A core that takes 6 instructions a cycle needs instructions / 6 cycles. Both are bounds from above: latency, which
decides at d = 8, and memory come on top.

    python3 bench/operations.py PROGRAM         PROGRAM: bench/idem-bench-operations
"""

import collections
import re
import subprocess
import sys

ISSUED_A_CYCLE = 6  # Intel since 2021 (Golden Cove), AMD since 2020 (Zen 3)
PORTS = 2
FORBIDDEN = 3  # the program's exit status


def kind_of(mnemonic, operands):
    """fma, alu (another operation on the ports that multiply), load, store, or other (scalar, jumps)."""
    vector = re.search(r"%[xyz]mm|%k[0-7]", operands)
    if not vector or mnemonic.startswith(("vzeroupper", "prefetch")):
        return "other"
    parts = re.split(r",(?![^(]*\))", operands)
    to_memory = "(" in parts[-1]
    from_memory = any("(" in part for part in parts[:-1])
    masked = "{%k" in operands
    if re.match(r"v?fn?m(add|sub)", mnemonic):
        return "fma"
    moves = re.match(r"(v?mov|kmov|vbroadcast|vpbroadcast)", mnemonic)
    if moves and to_memory:
        return "store"
    if moves and not masked and (from_memory or re.match(r"v?mov[au]p|vmovdq", mnemonic)):
        return "load" if from_memory else "other"  # a copy from register to register is only a name
    if re.match(r"v?p?xor", mnemonic) and len(set(parts)) == 1:
        return "other"  # a zero is only a name
    return "alu"


def kinds(program):
    """{address: kind} of every instruction of the program."""
    text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", program], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    found = {}
    for address, mnemonic, operands in re.findall(r"^ +([0-9a-f]+):\t(\S+) *([^#<\n]*)", text, re.MULTILINE):
        found[int(address, 16)] = kind_of(mnemonic, operands.strip())
    return found


def main():
    program = sys.argv[1]
    kind = kinds(program)
    ran = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode == FORBIDDEN:
        print("what a step executes is not counted: here one process must not lead another (ptrace)")
        return
    if ran.returncode != 0:
        sys.exit(f"{program}: status {ran.returncode}")
    print(f"{'a step executes':34}{'instructions':>13}{'vector fma':>12}{'other':>10}{'loads':>9}{'stores':>9}"
          f"{'ports: at most, %':>20}{'issue':>10}")
    for block in re.split(r"^step ", ran.stdout, flags=re.MULTILINE)[1:]:
        head, *lines = block.splitlines()
        d, batch, scalar, width, lanes = head.split()
        counts = collections.Counter()
        for line in lines:
            address, times = line.split()
            counts[kind.get(int(address, 16), "other")] += int(times)
        total = sum(counts.values())
        ideal = 2 * int(d) ** 2 * int(batch) / int(width)
        ports = counts["fma"] + counts["alu"]
        at_most = f"{100 * ideal / ports:.1f}" if lanes == "avx512" else "-"
        print(f"{f'd={d} batch={batch} {scalar}':34}{total:13}{counts['fma']:12}{counts['alu']:10}{counts['load']:9}"
              f"{counts['store']:9}{at_most:>20}"
              f"{100 * (ideal / PORTS) / (total / ISSUED_A_CYCLE):10.1f}")


if __name__ == "__main__":
    main()
