# SPDX-License-Identifier: Apache-2.0
"""IEEE 754 binary32 and binary64 in integers: an operation is computed exactly, then rounded once.

A value is a Python float, which holds the numbers of both formats; the functions take and give only
numbers of their own format. The host's floating point does what cannot round: it takes a number
apart into an integer and an exponent, puts one together again, compares, negates, and says what
becomes of zeros, infinities and NaN."""

from copy import copy
from fractions import Fraction
from itertools import compress
from math import copysign, frexp, inf, isfinite, isqrt, ldexp, nan
import struct


class Binary:
    """A format with significands of `digits` bits, in which 2^least is the smallest number."""

    def __init__(self, name, digits, least, word, code):
        self.name = name
        self.digits = digits
        self.least = least
        self.bytes = struct.calcsize(word)
        self._word, self._code = word, code
        self._scale = ldexp(1.0, digits)
        self._beyond = 3 - digits - least  # 2^128, 2^1024: the first power of two that is too large

    def bits(self, x):
        """The bit pattern of x; every NaN is the quiet and positive one."""
        return int.from_bytes(struct.pack(self._code, nan if x != x else x), "little")

    def from_bits(self, pattern):
        return struct.unpack(self._code, struct.pack(self._word, pattern))[0]

    def parts(self, x):
        """(n, e) with x = n 2^e, n an integer of at most `digits` bits."""
        m, e = frexp(x)
        return int(m * self._scale), e - self.digits

    def rounded(self, n, e):
        """n 2^e to the nearest number, ties to even; 0 gives +0."""
        shift = n.bit_length() - self.digits
        if shift < self.least - e:
            shift = self.least - e
        if shift > 0:
            # Half an ulp, less one unit where the number below is even, then floor.
            n_rounded = (n + (1 << (shift - 1)) - 1 + (n >> shift & 1)) >> shift
            if n_rounded == 0:
                return copysign(0.0, n)
            n = n_rounded
            e += shift
        if e + n.bit_length() > self._beyond:
            return copysign(inf, n)
        return ldexp(n, e)

    def rounded_ratio(self, n, d, e=0):
        """n / d 2^e to the nearest number; d > 0."""
        # Two bits more than the format has, and a last one that says whether anything is left.
        shift = max(0, self.digits + 2 + d.bit_length() - n.bit_length())
        quotient, rest = divmod(abs(n) << shift, d)
        quotient = 2 * quotient + (rest != 0)
        return self.rounded(quotient if n > 0 else -quotient, e - shift - 1)

    def number(self, text):
        """The number nearest to a decimal."""
        exact = Fraction(text)
        return self.rounded_ratio(exact.numerator, exact.denominator)

    def from_int(self, n):
        return self.rounded(n, 0)

    def add(self, a, b):
        return self.fma(a, 1.0, b)

    def sub(self, a, b):
        return self.fma(a, 1.0, -b)

    def mul(self, a, b):
        return self.fma(a, b, -0.0)

    def fma(self, a, b, c):
        try:
            # parts(), written out: a recomputation spends its time here and in chain().
            scale = self._scale
            ma, ea = frexp(a)
            mb, eb = frexp(b)
            mc, ec = frexp(c)
            n = int(ma * scale) * int(mb * scale)
            m = int(mc * scale)
        except (OverflowError, ValueError):  # an infinity, or NaN, is no integer
            return a * b + c if isfinite(c) or not (isfinite(a) and isfinite(b)) else c
        if n == 0:
            return c if m else a * b + c
        e = ea + eb - 2 * self.digits
        if m:
            ec -= self.digits
            if e >= ec:
                n = (n << (e - ec)) + m
                e = ec
            else:
                n += m << (ec - e)
        return self.rounded(n, e)

    def chain(self, start, x, y):
        """c <- fma(x_i, y_i, c) for ascending i, from c = start; x and y are Factors."""
        if not x.n:
            return start
        digits, least, top = self.digits, self.least, self._beyond - self.digits
        c, ec = self.parts(start)
        for a, ea, b, eb in zip(x.n, x.e, y.n, y.e):
            e = ea + eb
            if e >= ec:
                c += (a * b) << (e - ec)
            else:
                c = (c << (ec - e)) + a * b
                ec = e
            shift = c.bit_length() - digits
            if shift < least - ec:
                shift = least - ec
            if shift > 0:
                c = (c + (1 << (shift - 1)) - 1 + (c >> shift & 1)) >> shift
                ec += shift
            if c == 0 or ec >= top:
                break
        else:
            return ldexp(c, ec)
        # A zero has a sign, and an infinity no parts: step by step.
        c = start
        for a, b in zip(x.values, y.values):
            c = self.fma(a, b, c)
        return c

    def div(self, a, b):
        if not isfinite(a) or not isfinite(b) or a == 0 or b == 0:
            if b != 0:
                return a / b
            return copysign(1.0, b) * copysign(inf, a) if a == a and a != 0 else nan
        (ma, ea), (mb, eb) = self.parts(a), self.parts(b)
        if mb < 0:
            ma, mb = -ma, -mb
        return self.rounded_ratio(ma, mb, ea - eb)

    def sqrt(self, x):
        if x == 0 or x == inf:
            return x
        if not x > 0:
            return nan
        n, e = self.parts(x)
        shift = 2 * self.digits + e % 2
        root = isqrt(n << shift)
        return self.rounded(2 * root + (root * root != n << shift), (e - shift) // 2 - 1)


class Factors:
    """Finite numbers, taken apart once for many chains."""

    def __init__(self, form, values):
        self.values = list(values)
        parts = [form.parts(x) for x in self.values]
        self.n = [n for n, _ in parts]
        self.e = [e for _, e in parts]

    def where(self, mask):
        """Those that the mask keeps."""
        kept = copy(self)
        kept.values = list(compress(self.values, mask))
        kept.n = list(compress(self.n, mask))
        kept.e = list(compress(self.e, mask))
        return kept


BINARY32 = Binary("float", 24, -149, "<I", "<f")
BINARY64 = Binary("double", 53, -1074, "<Q", "<d")
