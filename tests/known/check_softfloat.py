# SPDX-License-Identifier: Apache-2.0
"""Holds softfloat.py against what rounding means, known answers, and the host's binary64."""

from fractions import Fraction
from math import copysign, inf, isfinite, ldexp, nan, sqrt
import random
import sys

from softfloat import BINARY32, BINARY64, Factors

FORMATS = (BINARY32, BINARY64)


def from_rank(F, rank):
    """The numbers of a format in ascending order: rank 0 is zero, rank 1 the smallest above it."""
    return copysign(F.from_bits(abs(rank)), rank)


def rank(F, x):
    magnitude = F.bits(abs(x))
    return -magnitude if x < 0 else magnitude


def exact(F, x):
    """The real number; infinities stand where the next number of the format would be."""
    return Fraction(x) if isfinite(x) else Fraction(copysign(1, x)) * 2 ** (3 - F.digits - F.least)


def is_nearest(F, x, compare):
    """Whether x is the number nearest to a real y; compare(m) is the sign of m - y."""
    r = rank(F, x)
    below = (exact(F, x) + exact(F, from_rank(F, r - 1))) / 2 if x > -inf else None
    above = (exact(F, x) + exact(F, from_rank(F, r + 1))) / 2 if x < inf else None
    # A midpoint belongs to the neighbour whose last bit is 0.
    even = r % 2 == 0
    return ((below is None or compare(below) < 0 or even and compare(below) == 0) and
            (above is None or compare(above) > 0 or even and compare(above) == 0))


def of_real(F, x, y):
    sign_is_right = y == 0 or copysign(1, x) == (1 if y > 0 else -1)
    return sign_is_right and is_nearest(F, x, lambda m: (m > y) - (m < y))


def of_root(F, x, y):
    return is_nearest(F, x, lambda m: -1 if m < 0 else (m * m > y) - (m * m < y))


def operands(F, rng):
    """Three finite numbers: anything, near 1, cancelling, at the edges, or of few bits."""
    bits = 8 * F.bytes
    infinity = F.bits(inf)

    def any_number():
        return copysign(F.from_bits(rng.randrange(infinity)), rng.choice((1, -1)))

    def near_one():
        return copysign(F.from_bits(F.bits(1.0) + rng.randrange(-5, 6) * (1 << F.digits - 2)
                                    + rng.getrandbits(F.digits - 2)), rng.choice((1, -1)))

    def few_bits():
        x = ldexp(rng.getrandbits(4), rng.randrange(F.least, 125 - bits))
        return copysign(x, rng.choice((1, -1)))

    def edge():
        near = rng.choice((0, 1 << F.digits - 1, infinity - 9))
        return copysign(F.from_bits(max(0, near + rng.randrange(-8, 9))), rng.choice((1, -1)))

    kinds = (any_number, near_one, few_bits, edge)
    a, b, c = (rng.choice(kinds)() for _ in range(3))
    if rng.random() < 0.4:
        product = Fraction(a) * Fraction(b)
        limit = exact(F, inf)
        if 0 < abs(product) < limit / 2:
            # The product with its sign turned, give or take two units in the last place; or so much
            # smaller that it decides how a product between two numbers rounds.
            near = F.rounded_ratio(-product.numerator, product.denominator)
            c = from_rank(F, rank(F, near) + rng.randrange(-2, 3))
            c = F.mul(c, ldexp(1.0, rng.choice((0, 0, -F.digits, 1 - F.digits, -2 * F.digits))))
    return a, b, c if isfinite(c) else 0.0


def check_by_definition(F, rng):
    for _ in range(6000):
        a, b, c = operands(F, rng)
        A, B, C = Fraction(a), Fraction(b), Fraction(c)
        assert of_real(F, F.fma(a, b, c), A * B + C), (F.name, "fma", a.hex(), b.hex(), c.hex())
        assert of_real(F, F.add(a, c), A + C), (F.name, "add", a.hex(), c.hex())
        assert of_real(F, F.sub(a, c), A - C), (F.name, "sub", a.hex(), c.hex())
        assert of_real(F, F.mul(a, b), A * B), (F.name, "mul", a.hex(), b.hex())
        if b != 0:
            assert of_real(F, F.div(a, b), A / B), (F.name, "div", a.hex(), b.hex())
        # Half of the roots lie near a midpoint between two numbers.
        midpoint = 2 * rng.getrandbits(F.digits - 1) + (1 << F.digits) + 1
        near = Fraction(midpoint) ** 2 / 4 ** rng.randrange(F.digits)
        for x in (abs(a), F.rounded_ratio(near.numerator, near.denominator)):
            assert of_root(F, F.sqrt(x), Fraction(x)), (F.name, "sqrt", x.hex())
        n = rng.getrandbits(rng.randrange(1, 70))
        assert of_real(F, F.from_int(n), Fraction(n)), (F.name, "from_int", n)


def check_special(F):
    """Zeros, infinities and NaN, bit for bit: the host's operations have no rounding to do."""
    special = (0.0, -0.0, 1.0, -1.0, 1.5, inf, -inf, nan)
    for a in special:
        for b in special:
            assert F.bits(F.add(a, b)) == F.bits(a + b), (F.name, "add", a, b)
            assert F.bits(F.sub(a, b)) == F.bits(a - b), (F.name, "sub", a, b)
            assert F.bits(F.mul(a, b)) == F.bits(a * b), (F.name, "mul", a, b)
            for c in special:
                assert F.bits(F.fma(a, b, c)) == F.bits(a * b + c), (F.name, "fma", a, b, c)
    for a, b, quotient in ((1.0, 0.0, inf), (1.0, -0.0, -inf), (-inf, 0.0, -inf), (0.0, -0.0, nan),
                           (nan, 0.0, nan), (0.0, -1.0, -0.0), (inf, inf, nan), (1.0, -inf, -0.0)):
        assert F.bits(F.div(a, b)) == F.bits(quotient), (F.name, "div", a, b)
    for x, root in ((0.0, 0.0), (-0.0, -0.0), (inf, inf), (-inf, nan), (-1.0, nan), (nan, nan)):
        assert F.bits(F.sqrt(x)) == F.bits(root), (F.name, "sqrt", x)
    largest = F.from_bits(F.bits(inf) - 1)
    assert F.fma(largest, 2.0, inf) == inf and F.fma(largest, 2.0, -inf) == -inf
    assert F.fma(largest, -2.0, 0.0) == -inf and F.add(largest, largest) == inf


def check_known_answers():
    for F, a, b, c, answer in (
            (BINARY32, 0x3F7288D0, 0x34F91A50, 0xBE7916C0, 0xBE7916A3),
            (BINARY32, 0x97000800, 0x1CFFF001, 0x00010002, 0x00010001),
            (BINARY32, 0x007FFFFF, 0x33800001, 0x007FFFFF, 0x007FFFFF),
            (BINARY64, 0x01A56E1FC2F8F359, 0x81A56E1FC2F8F359, 0, 1 << 63)):
        got = F.bits(F.fma(F.from_bits(a), F.from_bits(b), F.from_bits(c)))
        assert got == answer, f"fma({a:x}, {b:x}, {c:x}) = {got:x}, not {answer:x}"


def check_host(rng):
    """The host's binary64; IEEE 754 leaves it no choice."""
    F = BINARY64
    for _ in range(20000):
        a, b, _ = operands(F, rng)
        for name, got, host in (("add", F.add(a, b), a + b), ("sub", F.sub(a, b), a - b),
                                ("mul", F.mul(a, b), a * b), ("sqrt", F.sqrt(abs(a)), sqrt(abs(a))),
                                ("div", F.div(a, b), a / b if b else F.div(a, b))):
            assert F.bits(got) == F.bits(host), (name, a.hex(), b.hex())


def check_chain(F, rng):
    """A chain is its fma, one by one."""
    for _ in range(600):
        length = rng.randrange(20)
        x, y = [], []
        for _ in range(length):
            a, b, _ = operands(F, rng)
            x.append(a)
            y.append(rng.choice((b, 0.75, 0.0, -0.0)))
        start = rng.choice((0.0, -0.0, 1.0, operands(F, rng)[0]))
        c = start
        for a, b in zip(x, y):
            c = F.fma(a, b, c)
        got = F.chain(start, Factors(F, x), Factors(F, y))
        assert F.bits(got) == F.bits(c), (F.name, "chain", start.hex(), x, y)


def main():
    rng = random.Random(1)
    check_known_answers()
    for F in FORMATS:
        check_special(F)
        check_by_definition(F, rng)
        check_chain(F, rng)
    check_host(rng)


if __name__ == "__main__":
    sys.exit(main())
