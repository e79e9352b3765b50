# SPDX-License-Identifier: Apache-2.0
"""Section 4 of the law, ARITHMETIC.md: elementary functions, with the constants of that page."""

from math import copysign, inf, isfinite, ldexp, nan
import re

from page import section


def is_negative(x):
    return copysign(1.0, x) < 0


class Elementary:
    """The functions of one format, F. Constants have the names of section 4.8."""

    def __init__(self, F):
        self.F = F
        self.fraction = F.digits - 1
        self.bias = 2 - F.digits - F.least
        text = section("### 4.8 ").partition(f"binary{8 * F.bytes}:")[2].partition("binary64:")[0]
        for name, numbers in re.findall(r"^ +(\w+) =((?:\s+-?0x\S+)+)", text, re.MULTILINE):
            values = [float.fromhex(number) for number in numbers.split()]
            setattr(self, name, values if len(values) > 1 else values[0])

    def polynomial(self, P, x):
        s = P[-1]
        for p in reversed(P[:-1]):
            s = self.F.fma(s, x, p)
        return s

    def round_product(self, a, b):
        F = self.F
        A = ldexp(1.5, self.fraction)
        t = F.fma(a, b, A)
        return F.sub(t, A), F.bits(t) - F.bits(A)

    def E(self, x):
        fma, mul = self.F.fma, self.F.mul
        y = x if x > self.LEAST else self.LEAST
        y = y if y < self.GREATEST else self.GREATEST
        n, k = self.round_product(y, self.LOG2E)
        r = fma(n, -self.LN2_LOW, fma(n, -self.LN2_HIGH, y))
        p = fma(r, fma(r, self.polynomial(self.EXP, r), 1.0), 1.0)
        e = k + 2 * self.bias
        h = e // 2
        return mul(mul(p, ldexp(1.0, h - self.bias)), ldexp(1.0, e - h - self.bias))

    def exp(self, x):
        if x != x:
            return nan
        return inf if x > self.GREATEST else self.E(x)

    def L(self, e, f):
        F, fma = self.F, self.F.fma
        high = fma(e, self.LN2_HIGH, f)
        error = F.add(fma(e, self.LN2_HIGH, -high), f)
        low = fma(e, self.LN2_LOW, error)
        return F.add(high, fma(F.mul(f, f), self.polynomial(self.LOG, f), low))

    def log(self, x):
        F, fraction, s = self.F, self.fraction, self.bias
        if not 0 < x < inf:
            return -inf if x == 0 else x if x == inf else nan
        if x < ldexp(1.0, 1 - self.bias):
            x = F.mul(x, ldexp(1.0, fraction + 1))
            s += fraction + 1
        i = F.bits(x) + (1 << fraction - 1)
        m = F.from_bits(i % (1 << fraction) + F.bits(0.75))
        e = (i >> fraction) - s
        return self.L(F.from_int(e), F.sub(m, 1.0))

    def log1p(self, x):
        F, s = self.F, self.bias
        if not x > -1:
            return -inf if x == -1 else nan
        if x == 0 or x == inf:
            return x
        w, o = x, 1.0
        if x > ldexp(1.0, 64):
            w, o = F.mul(x, ldexp(1.0, -64)), 0.0
            s -= 64
        b = F.bits(F.add(w, o)) + (1 << self.fraction - 1) >> self.fraction
        c = ldexp(1.0, self.bias - b)
        return self.L(F.from_int(b - s), F.fma(w, c, F.fma(o, c, -1.0)))

    def sine_or_cosine(self, x, quarter):
        fma, add, sub, mul = self.F.fma, self.F.add, self.F.sub, self.F.mul
        if not abs(x) <= self.ANGLE:
            return nan
        y = abs(x)
        n, k = self.round_product(y, self.TWO_OVER_PI)
        first = fma(n, -self.HALFPI_HIGH, y)
        product = mul(n, -self.HALFPI_MIDDLE)
        product_error = fma(n, -self.HALFPI_MIDDLE, -product)
        second = fma(product, 1.0, first)
        second_error = fma(product, 1.0, sub(first, second))
        low = fma(n, -self.HALFPI_LOW, add(second_error, product_error))
        r = add(second, low)
        tail = add(sub(second, r), low)
        z = mul(r, r)
        base = fma(mul(-0.5, r), r, 1.0)
        base_error = fma(mul(-0.5, r), r, sub(1.0, base))
        q = k + quarter
        if q % 2 == 1:
            rest = fma(-r, tail, base_error)
            result = add(base, fma(mul(z, z), self.polynomial(self.COS, z), rest))
        else:
            result = add(r, fma(mul(z, r), self.polynomial(self.SIN, z), mul(base, tail)))
        return -result if q // 2 % 2 == 1 else result

    def sin(self, x):
        result = self.sine_or_cosine(x, 0)
        return -result if is_negative(x) else result

    def cos(self, x):
        return self.sine_or_cosine(x, 1)

    def atan2(self, y, x):
        F, fma, add, sub, mul = self.F, self.F.fma, self.F.add, self.F.sub, self.F.mul
        if y != y or x != x:
            return nan
        h, w = abs(y), abs(x)
        steep, left = h > w, is_negative(x)
        g, l = (h, w) if steep else (w, h)
        d = g if isfinite(g) and g > 0 else 1.0
        m = (l if isfinite(g) else 0.0) if isfinite(l) else 1.0
        scale = ldexp(1.0, -4 if d > ldexp(1.0, 40) else 64)
        a, b = fma(m, scale, 0.0), fma(d, scale, 0.0)
        folded = a > mul(0.5, b)
        numerator = sub(a, b) if folded else a
        denominator = add(b, a) if folded else b
        denominator_error = add(sub(b, denominator), a if folded else 0.0)
        q = F.div(numerator, denominator)
        remainder = fma(-q, denominator_error, fma(-q, denominator, numerator))
        z = mul(q, q)
        correction = F.div(remainder, fma(q, numerator, denominator))
        rest = fma(mul(z, q), self.polynomial(self.ATAN, z), correction)
        start = 2.0 if steep else 4.0 if left else 0.0
        u, t, v = 1.0 if folded else 0.0, q, rest
        if steep != left:
            u, t, v = -u, -t, -v
        eighths = add(start, u)
        half_high, half_middle = mul(0.5, self.HALFPI_HIGH), mul(0.5, self.HALFPI_MIDDLE)
        high = fma(eighths, half_high, t)
        high_error = add(fma(eighths, half_high, -high), t)
        low = fma(eighths, half_middle, v)
        angle = add(high, add(high_error, low))
        return -angle if is_negative(y) else angle

    def softplus(self, x):
        if x != x:
            return nan
        u = self.E(-abs(x))
        e, f = (0.0, u) if u < 0.5 else (1.0, self.F.fma(u, 0.5, -0.5))
        return self.F.add(x if x > 0 else 0.0, self.L(e, f))

    def logistic(self, x):
        F = self.F
        if x != x:
            return nan
        u = self.E(-abs(x))
        total = F.add(1.0, u)
        error = F.add(F.sub(1.0, total), u)
        quotient = F.div(u if x < 0 else 1.0, total)
        reciprocal = F.sub(1.0, quotient) if x < 0 else quotient
        return F.fma(F.mul(-error, quotient), reciprocal, quotient)
