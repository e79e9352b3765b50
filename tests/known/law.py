# SPDX-License-Identifier: Apache-2.0
"""The law, ARITHMETIC.md, as slow Python: sections 3 and 6 to 10, written from that page alone.

F is the format of the scalar type R. A vector is a list, a matrix a list of its rows."""

from itertools import compress
from math import isfinite

from random_numbers import Stream
from softfloat import Factors


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
