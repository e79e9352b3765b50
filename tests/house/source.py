# SPDX-License-Identifier: Apache-2.0
"""Reads the sources for what the house rules exclude: functions, instruction sets, words, long files."""

import os
import re

import toolchain

CPP = (".hpp", ".h", ".cpp", ".c")
CODE = CPP + (".py", ".sh", ".build", ".options", ".S", ".ld", ".ini")
SKIPPED = re.compile(r"(^|/)(\.git|build[^/]*|__pycache__)$|^subprojects/(?!packagefiles)")
LICENCE = "SPDX-License-Identifier: Apache-2.0"
LINES_AT_MOST = 400

# Not spelled out, or this file would find itself.
UNDONE = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|not imple" r"mented|place" r"holder")
MACHINE_PATH = re.compile(r"(?<![\w.$}/>~-])/(wo" r"rk|fa" r"rm|ro" r"ot|ho" r"me|t" r"mp)/\w")

TARGET_FILES = re.compile(r"include/idem/(base/target\.hpp|arith/lanes/)")
TARGET_MACRO = re.compile(
    r"\b(__(AVX|SSE|FMA__|F16C|BMI|MMX|ARM|aarch64|arm|thumb|riscv|x86_64|i[3-6]86|amd64|powerpc|ppc|"
    r"PPC|ALTIVEC|VSX|mips|s390|wasm|FP_FAST_FMA)\w*|_M_(X64|IX86|ARM|AMD64)\w*)")

MATHS = ("fmaf?l?|sqrt[fl]?|cbrt|hypot|exp[fl]?|exp2|expm1|log[fl]?|log2|log10|log1p|pow[fl]?|sin[fl]?|"
         "cos[fl]?|tan|asin|acos|atan|atan2|sinh|cosh|tanh|erf|floor|ceil|round|trunc|rint|nearbyint|"
         "fmod|remainder|fmin|fmax|ldexp|frexp|scalbn|copysign|fabsf?")
LIBRARY_RULES = [
    (rf"(\bstd\s*|(?<![\w>])\s)::\s*({MATHS})\s*\(", "the C library's mathematics differ between systems"),
    (r"\b(fma|sqrt|exp|log|sin|cos|pow)[fl]\s*\(", "the C library's mathematics differ between systems"),
    (rf"\b__builtin_(?!fmaf?\b)({MATHS})\b", "a builtin may turn into a call of the C library"),
    (r"\bstd\s*::\s*(reduce|transform_reduce|accumulate|inner_product|\w+_scan|\w*sort|nth_element|"
     r"\w+_heap|shuffle|sample|hash|\w+_distribution|mt19937\w*|complex)\b",
     "its result differs between libraries"),
    (r"\b(malloc|calloc|realloc|free|aligned_alloc|alloca|__builtin_alloca)\s*\(|\bnew\b|"
     r"(?<!=)\s+delete\b|\bstd\s*::\s*(vector|string|map|set|list|deque|function|\w+_ptr)\b", "no heap"),
    (r"\b(throw|try|catch|dynamic_cast|typeid)\b", "no exceptions, no run-time types"),
    (r"\b(printf|puts|abort|exit|assert|terminate)\s*\(|\bstd\s*::\s*(cout|cerr)\b",
     "the library neither prints nor ends the program"),
    (r"\blong\s+double\b|\b_Float16\b|\b__fp16\b", "only binary32 and binary64 are the same everywhere"),
    (r"\.(dot|sum|norm|squaredNorm|mean|prod|llt|ldlt|lu|inverse|householderQr|cwise\w+|noalias|"
     r"lazyProduct|colwise|rowwise)\(", "Eigen holds, idem computes"),
    (r"^\s*#\s*pragma\s+(?!once$|float_control\(precise, on\)$)", "no pragma takes what a user set lightly"),
    (r"\busing\s+namespace\b", "no name enters another's scope"),
]
LIBRARY_RULES = [(re.compile(pattern, re.MULTILINE), why) for pattern, why in LIBRARY_RULES]
BUILTIN_FMA = re.compile(r"\b__builtin_fmaf?\b")
BUILTIN_FMA_FILES = re.compile(r"include/idem/(arith/(fma\.hpp|lanes/)|base/target\.hpp)")

COMMENT_OR_TEXT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def code_of(text):
    """The text with comments and the contents of strings blanked, every line where it was."""
    return COMMENT_OR_TEXT.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def check(path, text):
    """The violations in a file at `path` below the root."""
    wrong = []

    def complain(at, why):
        wrong.append(f"{path}:{text.count(chr(10), 0, at) + 1}: {why}")

    def forbid(pattern, inside, why):
        for found in pattern.finditer(inside):
            start = found.start() + len(found.group()) - len(found.group().lstrip())
            complain(start, f"{found.group().strip()}: {why}")

    name = os.path.basename(path)
    is_cpp = name.endswith(CPP)
    is_code = name.endswith(CODE) or text.startswith("#!")
    if is_code:
        for found in re.finditer(r"[^\x00-\x7f]", text):
            complain(found.start(), "not ASCII")
        forbid(UNDONE, text, "nothing is left for later")
        lines = text.count("\n")
        if lines > LINES_AT_MOST:
            wrong.append(f"{path}: {lines} lines; over {LINES_AT_MOST} there is a second subject")
    forbid(MACHINE_PATH, text, "a path of one machine")
    if is_cpp or name.endswith(".py"):
        first = text.removeprefix("#!/usr/bin/env python3\n").split("\n", 1)[0]
        if first != ("// " if is_cpp else "# ") + LICENCE:
            complain(0, f"the first line is {LICENCE}")
    if name.endswith(".hpp"):
        if not re.match(r"[^\n]*\n/// \\file  \S[^\n]*\.\)?\n|[^\n]*\n/// \\file  \S[^\n]*\n///", text):
            complain(0, "the second line is `/// \\file  one sentence.`")
        # A precompiled header is a compilation's main file, where GCC takes the line for a mistake.
        if len(re.findall(r"^#pragma once$", text, re.MULTILINE)) != ("/pch/" not in path):
            complain(0, "a header has one `#pragma once`, a precompiled one none")
    if is_cpp and path.startswith(("include/", "src/")) and not TARGET_FILES.match(path):
        forbid(TARGET_MACRO, code_of(text), "instruction sets are named in base/target.hpp only")
    if is_cpp and path.startswith("include/"):
        for pattern, why in LIBRARY_RULES:
            forbid(pattern, code_of(text), why)
        if not BUILTIN_FMA_FILES.match(path):
            forbid(BUILTIN_FMA, code_of(text), "the multiply-add is idem::fma")
    return wrong


# A guard that never barked may be asleep: each of these must be found.
HEADER = f"// {LICENCE}\n/// \\file  A sentence.\n#pragma once\n"
PLANTED = [
    *(("include/idem/base/a.hpp", HEADER + line + "\n") for line in (
        "x = std::fma(a, b, c);", "x = std :: sqrt(y);", "x = ::exp(y);", "x = sqrtf(y);",
        "x = __builtin_exp(y);", "x = __builtin_fma(a, b, c);", "std::sort(a, b);", "auto p = new int;",
        "std::vector<int> v;", "throw 1;", "long double x;", "x = a.dot(b);", "x = a.cwiseProduct(b);",
        "#pragma GCC optimize(3)", "#if defined(__AVX2__)", "#ifdef __ARM_NEON", "\n" * 400,
        "// caf\u00e9", "// TO" "DO", "// see /t" "mp/a", "using namespace std;")),
    ("include/idem/base/a.hpp", "/// \\file  No licence.\n#pragma once\n"),
    ("include/idem/base/a.hpp", f"// {LICENCE}\n#pragma once\n"),
    ("include/idem/base/a.hpp", f"// {LICENCE}\n/// \\file  No guard.\n"),
    ("src/a.cpp", f"// {LICENCE}\n#ifdef __AVX512F__\n"),
]
FINE = HEADER + '// std::fma, new\nx = fma(a, b, c) + exp(d);\nconst char* s = "new throw";\nA(A&) = delete;\n'


def main():
    failures = [f"not found in a planted {path}: {text[-40:]!r}" for path, text in PLANTED if not check(path, text)]
    failures += [f"found where nothing is wrong: {line}" for line in check("include/idem/base/a.hpp", FINE)]
    count = 0
    for folder, folders, files in os.walk(toolchain.ROOT):
        below = os.path.relpath(folder, toolchain.ROOT).removeprefix(".").lstrip("/")
        folders[:] = sorted(f for f in folders if not SKIPPED.search(os.path.join(below, f)))
        for name in sorted(files):
            path = os.path.join(folder, name)
            try:
                with open(path, encoding="utf-8", newline="") as file:
                    text = file.read()
            except (UnicodeDecodeError, FileNotFoundError):
                if name.endswith(CODE):
                    failures.append(f"{os.path.join(below, name)}: not text")
                continue
            count += 1
            failures += check(os.path.join(below, name), text)
    toolchain.finish("source", count, failures)


if __name__ == "__main__":
    main()
