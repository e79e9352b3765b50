# SPDX-License-Identifier: Apache-2.0
"""Section 13 of the law, ARITHMETIC.md: alternating minimization, written from that page alone.

Samples are pairs (x, y), x being Factors. The gates of a sample are the list of its c_q."""

from math import inf, isfinite

from law import Weights, blocks_of_64, frobenius_norm, long_sum, signed, sum_of_squares
from linear_systems import (NotPositiveDefinite, RankDeficient, Rotations, cholesky,
                            conjugate_gradient, epsilon, kronecker_preconditioner, solve_cholesky)
from softfloat import Factors

WORD = 1 << 32


class NotFinite(Exception):
    """An element of W would not be finite."""


# 13.1: gates.

def hard_gates(z, signs):
    return [signed(v, 1.0) if z_q >= 0 else 0.0 for v, z_q in zip(signs, z)]


def soft_gates(F, z, signs, n2, sharpness):
    m = F.div(sharpness, F.sqrt(n2)) if n2 > 0 else 0.0
    h = [F.fma(z_q, m, 0.5) for z_q in z]
    return [signed(v, (h_q if h_q < 1 else 1.0) if h_q > 0 else 0.0) for v, h_q in zip(signs, h)]


# 13.2, 13.7: what a pass over the samples finds at W.

class Pass:
    """At W: z of every sample, residuals, loss, masks."""

    def __init__(self, F, samples, signs, W):
        weights = Weights(F, W, signs)
        predictions = [weights.predict(x) for x, _ in samples]
        self.z = [z for z, _ in predictions]
        self.residuals = [F.sub(y, f) for (_, y), (_, f) in zip(samples, predictions)]
        self.squares = sum_of_squares(F, blocks_of_64(self.residuals))
        self.loss = F.div(self.squares, F.from_int(len(samples)))
        self.masks = [[z_j >= 0 for z_j in z] for z in self.z]
        self.hash = mask_hash(self.masks)


def mask_hash(masks):
    h = 0xCBF29CE484222325
    for mask in masks:
        bits = sum(on << j for j, on in enumerate(mask))
        for _ in range(0, len(mask), 32):
            h = (h ^ bits % WORD) * 0x100000001B3 % (1 << 64)
            bits //= WORD
    return h


def sum_of_products(F, a, b):
    """The long sum with the terms fma(a_i, b_i, block)."""
    blocks = zip(blocks_of_64(a), blocks_of_64(b))
    return long_sum(F, (F.chain(0.0, Factors(F, x), Factors(F, y)) for x, y in blocks))


def squared_norms(F, samples):
    return [sum_of_squares(F, blocks_of_64(x.values)) for x, _ in samples]


# 13.5: the ridge.

def ridge(F, factor, gates, n2):
    e = []
    for c in gates:
        on = Factors(F, [c_q for c_q in c if c_q != 0])
        e.append(F.add(F.chain(0.0, on, on), 0.0))
    N = F.from_int(len(gates[0]) ** 2)
    return F.mul(factor, F.div(sum_of_products(F, e, n2), N))


# 13.3: the direct system. A solver gives D in the shape of W; `ridge` is None where there is none.

def rows_of_system(F, samples, gates):
    return [[F.mul(c_q, x_i) if c_q != 0 else 0.0 for c_q in c for x_i in x.values]
            for (x, _), c in zip(samples, gates)]


def direct_system(F, samples, gates, residuals):
    """(A, g), of A the upper half."""
    d = len(gates[0])
    N = d * d
    unknowns = [Factors(F, column) for column in zip(*rows_of_system(F, samples, gates))]
    on = [[c_q != 0 for c_q in column] for column in zip(*gates)]
    A = [[0.0] * N for _ in range(N)]
    g = []
    for q in range(d):
        own = range(q * d, q * d + d)
        r = Factors(F, residuals).where(on[q])
        g += [F.add(F.chain(0.0, unknowns[j].where(on[q]), r), 0.0) for j in own]
        for other in range(q, d):
            both = [a and b for a, b in zip(on[q], on[other])]
            right = [unknowns[l].where(both) for l in range(other * d, other * d + d)]
            for j in own:
                left = unknowns[j].where(both)
                for l, b_l in enumerate(right, other * d):
                    if j <= l:
                        A[j][l] = F.add(F.chain(0.0, left, b_l), 0.0)
    return A, g


def shaped_like_weights(D, d):
    return [[D[q * d + i] for q in range(d)] for i in range(d)]


class ByCholesky:
    exact, rounds = True, 2

    def solution(self, F, samples, signs, gates, residuals, ridge):
        A, g = direct_system(F, samples, gates, residuals)
        if ridge is not None:
            for j in range(len(A)):
                A[j][j] = F.add(A[j][j], ridge)
        return shaped_like_weights(solve_cholesky(F, cholesky(F, A), g), len(signs))


class ByRotations:
    exact, rounds = True, 2

    def solution(self, F, samples, signs, gates, residuals, ridge):
        N = len(signs) ** 2
        triangle = Rotations(F, N)
        for b, r in zip(rows_of_system(F, samples, gates), residuals):
            triangle.add(b, r)
        if ridge is not None:
            root = F.sqrt(ridge)
            for j in range(N):
                triangle.add([root if l == j else 0.0 for l in range(N)], 0.0)
        return shaped_like_weights(triangle.solve(), len(signs))


# 13.4: the matrix-free system.

class MatrixFree:
    exact, rounds = False, 3

    @staticmethod
    def refuse_dependent(F, W):
        """13.8: parallel columns of I + W, or two antiparallel pairs."""
        d, antiparallel = len(W), 0
        columns = [[F.add(1.0 if k == q else 0.0, row[q]) for k, row in enumerate(W)] for q in range(d)]

        def inner(a, b):
            return F.chain(0.0, Factors(F, columns[a]), Factors(F, columns[b]))

        for b in range(d):
            for a in range(b):
                s = inner(a, b)
                if F.mul(s, s) > F.mul(F.number("0.999"), F.mul(inner(a, a), inner(b, b))):
                    antiparallel += s <= 0
                    if s > 0 or antiparallel == 2:
                        raise RankDeficient(b * d)

    def __init__(self):
        self.preconditioner = None
        self.number = 4.0

    def solution(self, F, samples, signs, gates, residuals, ridge):
        for q, column in enumerate(zip(*gates)):
            if not any(column):
                raise RankDeficient(q * len(signs))
        if self.preconditioner is None:
            self.preconditioner = kronecker_preconditioner(F, second_moments(F, samples), signs)
        B = NormalOperator(F, samples, gates, ridge)
        D, steps = conjugate_gradient(F, B, self.preconditioner, B.transposed(residuals),
                                      int(self.number), epsilon(F))
        if steps == 0:
            raise NotPositiveDefinite
        if self.number < 1000:
            self.number = F.mul(self.number, F.number("1.15"))
        return D


def second_moments(F, samples):
    inputs = [Factors(F, column) for column in zip(*(x.values for x, _ in samples))]
    return [[F.add(F.chain(0.0, a, b), 0.0) for b in inputs] for a in inputs]


class NormalOperator:
    """P to B^T B P, with the ridge."""

    def __init__(self, F, samples, gates, ridge):
        self.F, self.samples, self.gates, self.ridge = F, samples, gates, ridge
        self.on = [[c_q != 0 for c_q in column] for column in zip(*gates)]
        inputs = [Factors(F, column) for column in zip(*(x.values for x, _ in samples))]
        self.inputs = [[x_k.where(on) for on in self.on] for x_k in inputs]

    def transposed(self, t):
        """B^T t, t having a number for each sample."""
        F = self.F
        products = [Factors(F, [F.mul(c[q], t_s) for c, t_s in zip(self.gates, t) if c[q] != 0])
                    for q in range(len(self.on))]
        return [[F.add(F.chain(0.0, x, h), 0.0) for x, h in zip(row, products)]
                for row in self.inputs]

    def __call__(self, P):
        F = self.F
        columns = [Factors(F, column) for column in zip(*P)]
        sums = []
        for (x, _), c in zip(self.samples, self.gates):
            t = 0.0
            for c_q, column in zip(c, columns):
                if c_q != 0:
                    t = F.fma(c_q, F.chain(0.0, x, column), t)
            sums.append(F.add(t, 0.0))
        W = self.transposed(sums)
        if self.ridge is not None:
            W = [[F.fma(self.ridge, p, w) for p, w in zip(*rows)] for rows in zip(P, W)]
        return W


# 13.6, 13.8: iteration and course.

class Homotopy:
    """Where the soft gates and the ridge stand."""

    def __init__(self, F, at, n2, rate):
        self.F, self.rate = F, rate
        on = [F.from_int(sum(mask)) for mask in at.masks]
        S_B = sum_of_products(F, on, n2)
        self.s = F.sqrt(F.div(at.squares, S_B))
        self.factor = F.number("0.1")

    def gates(self, z, signs, n2):
        F = self.F
        sharpness = F.div(F.number("0.35"), self.s)
        return [soft_gates(F, z_i, signs, n2_i, sharpness) for z_i, n2_i in zip(z, n2)]

    def proceed(self):
        self.s = self.F.mul(self.s, self.rate)
        self.factor = self.F.mul(self.factor, self.rate)


def is_cycle(hashes, rounds):
    """Masks that stay as they are repeat too, but are no cycle."""
    return (len(hashes) > 1 and hashes[-1] != hashes[-2] and
            any(hashes[-rounds * c:] == rounds * hashes[-c:] for c in range(2, 9)))


def is_small(F, D, W, tolerance):
    sum_with_identity = [[F.add(1.0, w) if i == q else F.add(0.0, w) for q, w in enumerate(row)]
                         for i, row in enumerate(W)]
    bound = F.mul(tolerance, frobenius_norm(F, sum_with_identity))
    return frobenius_norm(F, D) <= bound


def minimized(F, samples, signs, W, solver, tolerance, iterations, rate=None):
    """(status, W, the loss of the last iteration or, of the best W, its own, number of iterations); homotopy where a
    rate is given."""
    if not solver.exact:
        try:
            solver.refuse_dependent(F, W)
        except RankDeficient as end:
            return type(end).__name__, W, 0.0, 0
    n2 = squared_norms(F, samples)
    homotopy = None
    if rate is not None:
        homotopy = Homotopy(F, Pass(F, samples, signs, W), n2, rate)
        if not 0 < homotopy.s < inf:
            homotopy = None
    hashes, best, settled = [], None, False
    for iteration in range(1, iterations + 2):
        at = Pass(F, samples, signs, W)
        if homotopy and hashes and at.hash == hashes[-1]:
            homotopy, hashes, best = None, [], None
        hashes.append(at.hash)
        if best is None or at.loss < best[1]:
            best = W, at.loss
        if iteration > iterations:
            return ("iterations", W, at.loss, iterations) if homotopy else ("iterations", *best, iterations)
        if homotopy:
            gates = homotopy.gates(at.z, signs, n2)
            addend = ridge(F, homotopy.factor, gates, n2)
        else:
            if is_cycle(hashes, solver.rounds):
                return ("ok", W, at.loss, iteration - 1) if settled else ("cycle", *best, iteration - 1)
            gates, addend = [hard_gates(z, signs) for z in at.z], None
        try:
            D = solver.solution(F, samples, signs, gates, at.residuals, addend)
            before, W = W, sum_of(F, W, D)
        except (NotPositiveDefinite, RankDeficient, NotFinite) as end:
            return type(end).__name__, W, at.loss, iteration
        settled = not solver.exact and is_small(F, D, before, tolerance)
        if homotopy:
            homotopy.proceed()
        elif hashes[-2:-1] == [at.hash] and (solver.exact or settled):
            return "ok", W, at.loss, iteration


def sum_of(F, W, D):
    W = [[F.add(w, d) for w, d in zip(*rows)] for rows in zip(W, D)]
    if not all(isfinite(w) for row in W for w in row):
        raise NotFinite
    return W
