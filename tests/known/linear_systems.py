# SPDX-License-Identifier: Apache-2.0
"""Section 12 of the law, ARITHMETIC.md: linear systems, written from that page alone.

A symmetric matrix is given with both halves, of which only the upper one is read."""

from math import ldexp

from law import blocks_of_64, long_sum, norm, product, signed, sum_of_squares, transposed
from random_numbers import Stream
from softfloat import Factors


class NotPositiveDefinite(Exception):
    """Its argument is the index at which the computation ended."""


class RankDeficient(Exception):
    """Its argument is the index at which the computation ended."""


def epsilon(F):
    return ldexp(1.0, 1 - F.digits)


def least_normal(F):
    return ldexp(1.0, -126 if F.bytes == 4 else -1022)


# 12.1, 12.2: inner product and floor.

def inner_product(F, A, B):
    """<A, B> of two matrices; a vector is a matrix of one column."""
    columns = zip(zip(*A), zip(*B))
    return long_sum(F, (F.chain(0.0, Factors(F, a), Factors(F, b)) for a, b in columns))


def floor_of(F, A):
    magnitudes = [abs(A[i][i]) for i in range(len(A[0]))]
    return F.mul(epsilon(F), long_sum(F, (long_sum(F, b) for b in blocks_of_64(magnitudes))))


# 12.3 to 12.5: Cholesky, triangular solves, LDL^T.

def cholesky(F, A):
    """U of A = U^T U; +0 below the diagonal."""
    N, floor = len(A), floor_of(F, A)
    U = [[0.0] * N for _ in range(N)]
    for i in range(N):
        above = Factors(F, [-U[k][i] for k in range(i)])
        for j in range(i, N):
            t = F.chain(A[i][j], above, Factors(F, [U[k][j] for k in range(i)]))
            if j > i:
                U[i][j] = F.mul(t, inverse)
            elif t > floor:
                U[i][i] = F.sqrt(t)
                inverse = F.div(1.0, U[i][i])
            else:
                raise NotPositiveDefinite(i)
    return U


def forward(F, U, b, unit=False):
    """z of U^T z = b; with `unit`, U has ones on its diagonal, whatever is stored there."""
    z = []
    for i, b_i in enumerate(b):
        t = F.chain(b_i, Factors(F, [-U[k][i] for k in range(i)]), Factors(F, z))
        z.append(t if unit else F.div(t, U[i][i]))
    return z


def backward(F, U, z, unit=False):
    """x of U x = z."""
    descending = []
    for i in reversed(range(len(z))):
        row = Factors(F, [-u for u in reversed(U[i][i + 1:len(z)])])
        t = F.chain(z[i], row, Factors(F, descending))
        descending.append(t if unit else F.div(t, U[i][i]))
    return descending[::-1]


def solve_cholesky(F, U, b):
    return backward(F, U, forward(F, U, b))


def ldl(F, A):
    """(U, p) of A = U^T diag(p) U, U with the ones that are its diagonal."""
    N, floor = len(A), floor_of(F, A)
    U, p = [[0.0] * N for _ in range(N)], []
    for i in range(N):
        above = Factors(F, [-F.mul(p[k], U[k][i]) for k in range(i)])
        for j in range(i, N):
            t = F.chain(A[i][j], above, Factors(F, [U[k][j] for k in range(i)]))
            if j > i:
                U[i][j] = F.div(t, p[i])
            elif abs(t) > floor:
                p.append(t)
                U[i][i] = 1.0
            else:
                raise RankDeficient(i)
    return U, p


def solve_ldl(F, U, p, b):
    y = [F.div(z_i, p_i) for z_i, p_i in zip(forward(F, U, b, unit=True), p)]
    return backward(F, U, y, unit=True)


# 12.6, 12.7: QR.

def solve_triangle(F, U, c):
    floor = F.mul(16.0, floor_of(F, U))
    for i in range(len(c)):
        if not abs(U[i][i]) > floor:
            raise RankDeficient(i)
    return backward(F, U, c)


class Rotations:
    """The triangle U and its right-hand side c, which take one row at a time."""

    def __init__(self, F, N):
        self.F = F
        self.U = [[0.0] * N for _ in range(N)]
        self.c = [0.0] * N

    def add(self, b, r):
        F, N = self.F, len(self.c)
        row = [*b, r]
        for i, u in enumerate(self.U):
            if row[i] == 0:
                continue
            g = F.fma(row[i], row[i], F.mul(u[i], u[i]))
            if g < least_normal(F):
                continue
            h = F.sqrt(g)
            C, S = F.div(u[i], h), F.div(row[i], h)

            def rotated(t, j):
                turned = F.fma(S, row[j], F.mul(C, t))
                row[j] = F.fma(C, row[j], -F.mul(S, t))
                return turned

            u[i] = h
            for j in range(i + 1, N):
                u[j] = rotated(u[j], j)
            self.c[i] = rotated(self.c[i], N)

    def solve(self):
        return solve_triangle(self.F, self.U, self.c)


def reflections(F, A, b):
    """(U, c) of the matrix A and the right-hand side b."""
    N = len(A[0])
    columns = transposed(A) + [list(b)]
    for k in range(N):
        u = columns[k][k:]
        h = norm(F, u)
        minus = u[0] >= 0
        u[0] = F.add(u[0], h) if minus else F.sub(u[0], h)
        q = sum_of_squares(F, blocks_of_64(u))
        if not q >= least_normal(F):
            columns[k][k] = 0.0
            continue
        columns[k][k] = -h if minus else h
        beta = F.div(2.0, q)
        factors = Factors(F, u)
        for column in columns[k + 1:]:
            p = F.mul(beta, F.chain(0.0, factors, Factors(F, column[k:])))
            column[k:] = [F.fma(-u_i, p, a_i) for u_i, a_i in zip(u, column[k:])]
    U = [[columns[j][i] if j >= i else 0.0 for j in range(N)] for i in range(N)]
    return U, columns[N][:N]


# 12.8: refinement.

def refined(F, A, b, x, solve):
    """x after one refinement; solve(t) solves A d = t with the factor at hand."""
    factors, N = Factors(F, x), len(x)
    rows = [[-A[min(i, j)][max(i, j)] for j in range(N)] for i in range(N)]
    t = [F.chain(b_i, Factors(F, row), factors) for b_i, row in zip(b, rows)]
    return [F.add(x_i, d_i) for x_i, d_i in zip(x, solve(t))]


# 12.9, 12.10: conjugate gradient, and the Kronecker preconditioner.

def sum_with_multiple(F, X, a, P):
    """X + a P, an fma for each element."""
    return [[F.fma(a, p, x) for p, x in zip(*rows)] for rows in zip(P, X)]


def conjugate_gradient(F, A, preconditioner, g, steps, limit):
    """(x, number of steps done), x and g matrices."""
    x = [[0.0] * len(row) for row in g]
    r, z = g, preconditioner(g)
    p = z
    rho = inner_product(F, r, z)
    least = F.mul(F.mul(limit, limit), rho)
    for done in range(steps):
        if not rho > least:
            return x, done
        w = A(p)
        s = inner_product(F, p, w)
        if not s > 0:
            return x, done
        a = F.div(rho, s)
        x = sum_with_multiple(F, x, a, p)
        r = sum_with_multiple(F, r, -a, w)
        z = preconditioner(r)
        new = inner_product(F, r, z)
        p = sum_with_multiple(F, z, F.div(new, rho), p)
        rho = new
    return x, steps


def kronecker_preconditioner(F, C, signs):
    """The function that takes R to z."""
    d = len(C)
    U = cholesky(F, C)
    units = [[1.0 if i == j else 0.0 for i in range(d)] for j in range(d)]
    inverse = [Factors(F, row) for row in zip(*(solve_cholesky(F, U, e) for e in units))]
    divisor = F.from_int(d + 1)

    def preconditioner(R):
        columns = [Factors(F, column) for column in zip(*R)]
        Z = []
        for k in inverse:
            T = [F.chain(0.0, k, column) for column in columns]
            s = long_sum(F, (signed(v, t) for v, t in zip(signs, T)))
            s = F.div(s, divisor)
            Z.append([F.sub(t, signed(v, s)) for v, t in zip(signs, T)])
        return Z

    return preconditioner


# 12.11: extreme eigenvalues.

def lanczos(F, A, rows, columns, steps):
    """The diagonal of T, and what stands beside it."""
    drawn = Stream(0, "probe").normal(0, rows * columns)
    s = norm(F, drawn)
    drawn = [F.div(x, s) for x in drawn]
    v = [drawn[i * columns:(i + 1) * columns] for i in range(rows)]
    u = [[0.0] * columns for _ in range(rows)]
    diagonal, beside, b = [], [], 0.0
    for _ in range(steps):
        w = A(v)
        a = inner_product(F, v, w)
        w = sum_with_multiple(F, w, -a, v)
        w = sum_with_multiple(F, w, -b, u)
        b = F.sqrt(inner_product(F, w, w))
        diagonal.append(a)
        beside.append(b)
        if not b > F.mul(epsilon(F), abs(diagonal[0])):
            break
        u, v = v, [[F.div(x, b) for x in row] for row in w]
    return diagonal, beside[:-1]


def extreme_eigenvalues(F, A, rows, columns, steps):
    """(least, greatest) of A, a function of rows x columns matrices."""
    a, b = lanczos(F, A, rows, columns, steps)
    padded = [0.0, *b, 0.0]
    g = max(F.add(F.add(abs(a_j), padded[j]), padded[j + 1]) for j, a_j in enumerate(a))
    squares = [F.mul(b_j, b_j) for b_j in b]
    instead_of_zero = F.mul(epsilon(F), g)

    def number_below(x):
        number, q = 0, None
        for j, a_j in enumerate(a):
            q, before = F.sub(a_j, x), q
            if j > 0:
                q = F.sub(q, F.div(squares[j - 1], before))
            if q == 0:
                q = instead_of_zero
            number += q < 0
        return number

    def bisection(enough):
        low, high = -g, g
        for _ in range(F.digits - 1 + 8):
            x = F.mul(0.5, F.add(low, high))
            if number_below(x) >= enough:
                high = x
            else:
                low = x
        return x

    return bisection(1), bisection(len(a))
