# SPDX-License-Identifier: Apache-2.0
"""Reads recorded.txt, and makes the header by which a port without files knows it.

    python3 recorded.py HEADER
"""

import pathlib
import sys

FILE = pathlib.Path(__file__).resolve().parent / "recorded.txt"


def read(file=FILE):
    """({(stage, scalar): digest}, {(port, stage, scalar): bytes needed}), each in the file's order."""
    digests, left_out = {}, {}
    for line in file.read_text().splitlines():
        words = line.split("#")[0].split()
        if words and words[0] == "left-out":
            left_out[words[1], words[2], words[3]] = int(words[4])
        elif words:
            digests[words[0], words[1]] = words[2]
    return digests, left_out


def write_header(path):
    entries = [f'    {{"{stage}", "{scalar}", 0x{digest}u}},\n'
               for (stage, scalar), digest in read()[0].items()]
    path.write_text("// SPDX-License-Identifier: Apache-2.0\n"
                    "/// \\file  recorded.txt, for a program without files. Made by recorded.py.\n"
                    "#pragma once\n\n#include <cstdint>\n\nnamespace stages {\n\n"
                    "struct Recorded {\n  const char* stage;\n  const char* scalar;\n"
                    "  std::uint64_t digest;\n};\n"
                    "inline constexpr Recorded kRecorded[] = {\n" + "".join(entries) +
                    "    {\"\", \"\", 0}};\n\n}  // namespace stages\n")


if __name__ == "__main__":
    write_header(pathlib.Path(sys.argv[1]))
