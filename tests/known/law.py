# SPDX-License-Identifier: Apache-2.0
"""The law, include/idem/ARITHMETIC.md, as slow Python: written from that page alone, section by section.

F is the format of the scalar type R. A vector is a list, a matrix a list of its rows."""

from itertools import compress
from math import isfinite, ldexp

from page import table
from softfloat import BINARY32, Factors

WORD = 0xFFFFFFFF


# Section 3: chains.

def transposed(A):
    return [list(column) for column in zip(*A)]


def product(F, A, x):
    """y = A x."""
    x = Factors(F, x)
    return [F.chain(0.0, Factors(F, row), x) for row in A]


def long_sum(F, blocks):
    """The sum of the blocks' own sums."""
    total = 0.0
    for block in blocks:
        total = F.add(total, block)
    return total


def sum_of_squares(F, blocks):
    factors = (Factors(F, block) for block in blocks)
    return long_sum(F, (F.chain(0.0, x, x) for x in factors))


def blocks_of_64(x):
    return [x[i:i + 64] for i in range(0, len(x), 64)]


def norm(F, x):
    return F.sqrt(sum_of_squares(F, blocks_of_64(x)))


def frobenius_norm(F, A):
    return F.sqrt(sum_of_squares(F, A))


# Section 5: random numbers.

PURPOSES = dict(inputs=1, teacher=2, init=3, noise=4, shuffle=5, signs=6, test_inputs=7, spectrum=8, probe=9)
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


# Sections 6 and 7: the residual model, and its training by squared error.

class Weights:
    """W, with its columns taken apart for the chains of the model."""

    def __init__(self, F, rows, signs):
        self.F, self.rows, self.signs = F, rows, signs
        self.columns = [Factors(F, column) for column in zip(*rows)]

    def predict(self, x):
        """(z, f)."""
        z = [self.F.chain(start, x, column) for start, column in zip(x.values, self.columns)]
        f = 0.0
        for z_j, v_j in zip(z, self.signs):
            a_j = z_j if z_j > 0 else 0.0
            f = self.F.add(f, signed(v_j, a_j))
        return z, f

    def trained(self, batch, eta):
        """The weights after a batch of (x, y), x being Factors, and the loss of the batch."""
        F, d = self.F, len(self.rows)
        n = F.from_int(len(batch))
        predictions = [self.predict(x) for x, _ in batch]
        residuals = [F.sub(f, y) for (_, f), (_, y) in zip(predictions, batch)]
        loss = F.div(sum_of_squares(F, blocks_of_64(residuals)), n)

        c = F.div(F.mul(eta, 2.0), n)
        inputs = [Factors(F, [x.values[k] for x, _ in batch]) for k in range(d)]
        rows = [[0.0] * d for _ in range(d)]
        for j in range(d):
            on = [z[j] >= 0 for z, _ in predictions]
            feedback = Factors(F, [signed(self.signs[j], r) for r in compress(residuals, on)])
            for k in range(d):
                g = F.chain(0.0, inputs[k].where(on), feedback)
                rows[k][j] = F.fma(-c, F.add(g, 0.0), self.rows[k][j])
        if not all(isfinite(w) for row in rows for w in row):
            return self, loss
        return Weights(F, rows, self.signs), loss


def signed(v_j, t):
    return -t if v_j < 0 else t


# Section 8: the spectral norm.

def spectral_norm(F, M, iterations):
    def normalised(v):
        s = norm(F, v)
        return s, [F.div(v_j, s) for v_j in v] if s != 0 else None

    _, v = normalised(Stream(0, "probe").normal(0, len(M[0])))
    for _ in range(iterations):
        s, u = normalised(product(F, M, v))
        if s == 0:
            return 0.0
        s, v = normalised(product(F, transposed(M), u))
        if s == 0:
            return 0.0
    return s


# Section 9: first weights.

def gaussian_start(F, stream, d):
    return [[F.div(g, F.from_int(d)) for g in stream.normal(k, d)] for k in range(d)]


def multiply_by_haar(F, stream, b, M):
    """M <- Q(b) M."""
    d = len(M)
    for i in reversed(range(d)):
        g = stream.normal(b + i, d - i)
        if g[0] >= 0:
            M[i] = [-m for m in M[i]]
        if i == d - 1:
            continue
        h = norm(F, g)
        u = [F.add(g[0], h) if g[0] >= 0 else F.sub(g[0], h)] + g[1:]
        q = sum_of_squares(F, blocks_of_64(u))
        if not q > 0:
            continue
        beta = F.div(2.0, q)
        factors = Factors(F, u)
        for j in range(d):
            t = F.chain(0.0, factors, Factors(F, [row[j] for row in M[i:]]))
            p = F.mul(beta, t)
            for row, u_k in zip(M[i:], u):
                row[j] = F.fma(-u_k, p, row[j])


def spectrum_start(F, stream, d, lo, hi):
    M = [[0.0] * d for _ in range(d)]
    for j, u_j in enumerate(stream.uniform(2 * d, d)):
        M[j][j] = F.fma(F.sub(hi, lo), u_j, lo)
    multiply_by_haar(F, stream, 0, M)
    M = transposed(M)
    multiply_by_haar(F, stream, d, M)
    return M


# Section 10: the digest.

class Digest:
    def __init__(self):
        self.value = 0xCBF29CE484222325

    def add_bytes(self, data):
        h = self.value
        for byte in data:
            h = (h ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
        self.value = h

    def add(self, F, numbers):
        for x in numbers:
            self.add_bytes(F.bits(x).to_bytes(F.bytes, "little"))

    def add_matrix(self, F, A):
        for row in A:
            self.add(F, row)
