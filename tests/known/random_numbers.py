# SPDX-License-Identifier: Apache-2.0
"""Section 5 of the law, ARITHMETIC.md: random numbers."""

from math import ldexp

from page import table
from softfloat import BINARY32

WORD = 0xFFFFFFFF
PURPOSES = dict(inputs=1, teacher=2, init=3, noise=4, shuffle=5, signs=6, test_inputs=7, spectrum=8,
                probe=9)
ROTATIONS = ((6, 20, 17, 11, 25, 10, 18, 20), (10, 26, 11, 21, 13, 27, 23, 5))
QUANTILE = table("## Annex. The table of section 5.4")


def threefry(counter, key):
    k = [*key, 0x1BD11BDA ^ key[0] ^ key[1] ^ key[2] ^ key[3]]
    a, b, c, d = [(word + k[i]) & WORD for i, word in enumerate(counter)]

    def mix(x, y, r):
        x = (x + y) & WORD
        return x, ((y << r | y >> (32 - r)) & WORD) ^ x

    for s in range(1, 6):
        R = ROTATIONS[s % 2]
        for r in (R[:4], R[4:]):
            a, b = mix(a, b, r[0])
            c, d = mix(c, d, r[1])
            a, d = mix(a, d, r[2])
            c, b = mix(c, b, r[3])
        a = (a + k[s % 5]) & WORD
        b = (b + k[(s + 1) % 5]) & WORD
        c = (c + k[(s + 2) % 5]) & WORD
        d = (d + k[(s + 3) % 5] + s) & WORD
    return a, b, c, d


def uniform(w):
    return ldexp(2 * (w >> 9) + 1, -24)


def quantile(w):
    """The integer z: the quantile of the normal law in units of 2^-28."""
    m = w if w < 1 << 31 else w ^ WORD
    v = 2 * m + 1
    k = 32 - v.bit_length()
    t = (v << k) - (3 << 30)
    C = QUANTILE[k]
    r = C[6]
    for i in (5, 4, 3, 2, 1):
        r = C[i] + (t * r >> 32)
    q = C[0] + (t * r >> 32 >> 2)
    return q if w < 1 << 31 else -q


def gaussian(w):
    return ldexp(BINARY32.from_int(quantile(w)), -28)


class Stream:
    def __init__(self, seed, purpose, replica=0):
        self.key = (seed & WORD, seed >> 32, PURPOSES[purpose], replica)

    def words(self, index, count):
        """Components 0 to count - 1 of a sample."""
        words = []
        for block in range((count + 3) // 4):
            words += threefry((index & WORD, index >> 32, block, 0), self.key)
        return words[:count]

    def uniform(self, index, count):
        return [uniform(w) for w in self.words(index, count)]

    def normal(self, index, count):
        return [gaussian(w) for w in self.words(index, count)]


def shuffled_order(seed, epoch, n):
    """[order(0), ..., order(n - 1)]."""
    K = Stream(seed, "shuffle", epoch).words(0, 8)
    b = max((n - 1).bit_length(), 6)
    lb, hb = (b + 1) // 2, b // 2
    L, H = (1 << lb) - 1, (1 << hb) - 1

    def hashed(x):
        x = ((x ^ x >> 16) * 0x85EBCA6B) & WORD
        x = ((x ^ x >> 13) * 0xC2B2AE35) & WORD
        return x ^ x >> 16

    def one_pass(x):
        high, low = x >> lb, x & L
        for i in (0, 2, 4, 6):
            high ^= hashed(low ^ K[i]) & H
            low ^= hashed(high ^ K[i + 1]) & L
        return (high << lb) + low

    def order(p):
        x = one_pass(p)
        while x >= n:
            x = one_pass(x)
        return x

    return [order(p) for p in range(n)]
