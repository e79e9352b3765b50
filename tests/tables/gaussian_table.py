#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Computes include/idem/random/gaussian_table.hpp, from nothing but the definition of the normal law.

    gaussian_table.py            prints the header
    gaussian_table.py FILE       says whether FILE is that header, byte for byte

Binade k holds the probabilities p in (2^-(k+2), 2^-(k+1)), written p = 2^-(k+3) (3 + t), -1 < t < 1.
There the quantile z(p) < 0 is approximated by a polynomial of degree 6 in t that meets z at both ends,
so that neighbouring binades join, and whose largest error in between is as small as that allows
(the exchange algorithm of Remez on a grid of 129 points). Python's decimal arithmetic is rounded
correctly on every machine, so the header is the same wherever this runs.
"""
import sys
from decimal import ROUND_HALF_EVEN, Decimal, getcontext

getcontext().prec = 50

BINADES = 32
DEGREE = 6
VALUE_BITS = 28  # z is an integer in units of 2^-28
COEFFICIENT_BITS = [28] + [30 + 2 * i for i in range(1, DEGREE + 1)]

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
ROOT_OF_TWO_PI = (2 * PI).sqrt()
STEPS = 64
GRID = [Decimal(i) / STEPS for i in range(-STEPS, STEPS + 1)]


def normal(x):
    """Probability below x, and density at x.

    Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/(3 5) + ...), whose terms all have one sign.
    """
    density = (-x * x / 2).exp() / ROOT_OF_TWO_PI
    term = total = x
    odd = 1
    while abs(term) > Decimal("1e-45"):
        odd += 2
        term *= x * x / odd
        total += term
    return Decimal("0.5") + density * total, density


def quantile(p, x):
    """z with Phi(z) = p, by Halley's iteration from a guess x; a step of 1e-16 leaves less than 1e-40."""
    while True:
        below, density = normal(x)
        newton = (below - p) / density
        step = newton / (1 + x * newton / 2)
        x -= step
        if abs(step) < Decimal("1e-16"):
            return x


def solve(rows):
    """Gaussian elimination with pivoting on [A | b]."""
    n = len(rows)
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(i + 1, n):
            factor = rows[r][i] / rows[i][i]
            rows[r] = [a - factor * b for a, b in zip(rows[r], rows[i])]
    x = [Decimal(0)] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][j] * x[j] for j in range(i + 1, n))) / rows[i][i]
    return x


def polynomial(coefficients, t):
    value = Decimal(0)
    for c in reversed(coefficients):
        value = value * t + c
    return value


def fit(k):
    """The best polynomial of binade k among those that meet z at t = -1 and t = 1."""
    z = []
    guess = -((2 * (k + 2)) * Decimal(2).ln()).sqrt()  # the leading term of the tail, -sqrt(-2 ln p)
    for t in GRID:
        guess = quantile((3 + t) / 2 ** (k + 3), guess)
        z.append(guess)

    # Six extrema of alternating sign between the ends; at first those of a stretched Chebyshev polynomial.
    last = len(GRID) - 1
    extrema = [round(STEPS * (1 + t)) for t in (-0.924, -0.64, -0.228, 0.228, 0.64, 0.924)]
    while True:
        rows = [[t**i for i in range(DEGREE + 1)] for t in (GRID[j] for j in [0, *extrema, last])]
        signs = [0, *((-1) ** i for i in range(len(extrema))), 0]
        rows = [r + [Decimal(s), z[j]] for r, s, j in zip(rows, signs, [0, *extrema, last])]
        coefficients = solve(rows)[: DEGREE + 1]
        error = [polynomial(coefficients, t) - exact for t, exact in zip(GRID, z)]
        stretches = []
        for j in range(1, last):
            if not stretches or (error[j] > 0) != (error[j - 1] > 0):
                stretches.append([])
            stretches[-1].append(j)
        found = [max(s, key=lambda j: abs(error[j])) for s in stretches]
        if found == extrema:
            return coefficients
        extrema = found


def value(c, k, v):
    """What gaussian.hpp computes in binade k for the odd number v = 2 m + 1."""
    t = (v << k) - 3 * 2**30
    r = c[DEGREE]
    for i in range(DEGREE - 1, 0, -1):
        r = c[i] + ((t * r) >> 32)
        assert -(2**31) <= r < 2**31
    return c[0] + ((t * r) >> 34)


def table():
    """Rounded coefficients. The constant gives way by a unit where z would step back at a joint."""
    rows = []
    limit = -1  # the word next to the median gives -1, so that no word gives zero
    for k in range(BINADES):
        c = [int((x * 2**bits).to_integral_value(ROUND_HALF_EVEN))
             for x, bits in zip(fit(k), COEFFICIENT_BITS)]
        c[0] += min(0, limit - value(c, k, 2 ** (32 - k) - 1))
        limit = value(c, k, 2 ** (31 - k) | 1)
        assert all(abs(x) < 2**31 for x in c)
        rows.append(c)
    return rows


def lines_of(row):
    """One row of the table, eight coefficients a line."""
    lines = ["     " + ", ".join(f"{c:11}" for c in row[first:first + 8]) for first in range(0, len(row), 8)]
    return ("    {" + ",\n".join(lines)[5:] + "},").split("\n")


def header(rows):
    lines = [
        "// SPDX-License-Identifier: Apache-2.0",
        "/// \\file  The normal quantile, binade by binade; written by tests/tables/gaussian_table.py.",
        "#pragma once",
        "",
        "#include <cstdint>",
        "",
        "#include <idem/base/target.hpp>",
        "",
        "namespace idem::inline IDEM_TARGET {",
        "",
        "/// kGaussianTable[i][k] is the coefficient of t^i in binade k, in units of 2^-28 for i = 0 and of",
        "/// 2^-(30 + 2 i) for i > 0: ARITHMETIC.md section 5 says how they are used, its annex repeats them.",
        "// clang-format off",
        "inline constexpr std::int32_t kGaussianTable[7][32] = {",
    ]
    for i in range(DEGREE + 1):
        lines += lines_of([row[i] for row in rows])
    lines += ["};", "", "}  // namespace idem::inline IDEM_TARGET", ""]
    return "\n".join(lines)


def main():
    text = header(table())
    if len(sys.argv) == 1:
        sys.stdout.write(text)
        return 0
    with open(sys.argv[1], encoding="ascii", newline="") as file:
        if file.read() == text:
            return 0
    print(f"{sys.argv[1]} is not what this program computes")
    return 1


if __name__ == "__main__":
    sys.exit(main())
