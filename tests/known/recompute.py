# SPDX-License-Identifier: Apache-2.0
"""Recomputes the digests of section 11 of ARITHMETIC.md and holds the recorded ones against them.

    recompute.py [--all | CASE...]

prints `case scalar digest` for each case, and below it what tests/identity/recorded.txt says if
that is something else; then the exit status is 1. Without arguments the longest cases are left out,
unless IDEM_TEST_ALL is set."""

from math import ldexp
import os
from pathlib import Path
import sys

from alternating_minimization import ByCholesky, ByRotations, MatrixFree, minimized
from elementary import Elementary
from law import (Digest, Weights, frobenius_norm, gaussian_start, product, spectral_norm,
                 spectrum_start, transposed)
from linear_systems import (Rotations, cholesky, conjugate_gradient, extreme_eigenvalues, ldl,
                            reflections, refined, solve_cholesky, solve_ldl, solve_triangle)
from random_numbers import Stream, shuffled_order
from softfloat import BINARY32, BINARY64, Factors

RECORDED = Path(__file__).parents[1] / "identity/recorded.txt"
MASK64 = (1 << 64) - 1


def elementary(F, digest):
    f = Elementary(F)
    stream = Stream(3, "probe")
    for i in range(500):
        x, y = stream.normal(i, 2)
        for power in (-24, -16, -8, 0, 3, 6, 9):
            s = F.mul(x, ldexp(1.0, power))
            digest.add(F, [f.exp(s), f.log(abs(s)), f.log1p(s), f.sin(s), f.cos(s), f.atan2(s, y),
                           f.softplus(s), f.logistic(s), F.sqrt(abs(s))])


def random(F, digest):
    for i in range(300):
        stream = Stream(i * 0x9E3779B97F4A7C15 & MASK64, "inputs", i)
        digest.add(F, stream.normal(i << 20, 67))
        digest.add(F, stream.uniform(i << 20, 67))
    for image in shuffled_order(9, 1, 1000):
        digest.add_bytes(image.to_bytes(8, "little"))


def spectrum(F, digest):
    M = spectrum_start(F, Stream(5, "init"), 33, F.number("0.39"), F.number("0.6"))
    digest.add_matrix(F, M)
    digest.add(F, [spectral_norm(F, M, 20), frobenius_norm(F, M)])


def readme(F, digest):
    d, size, signs = 8, 16, [1] * 8
    lo, hi = F.number("0.54"), F.number("0.6")
    teacher = Weights(F, spectrum_start(F, Stream(1, "teacher"), d, lo, hi), signs)
    student = Weights(F, [[0.0] * d for _ in range(d)], signs)
    inputs = Stream(1, "inputs")
    for first in range(0, 32000, size):
        batch = labelled(F, teacher, inputs, range(first, first + size))
        student, _ = student.trained(batch, F.number("0.05"))
    digest.add_matrix(F, student.rows)


def shuffled_epochs(d, n, size):
    def case(F, digest):
        signs = [-1 if j % 3 == 0 else 1 for j in range(d)]
        teacher = Weights(F, gaussian_start(F, Stream(7, "teacher"), d), signs)
        student = Weights(F, gaussian_start(F, Stream(7, "init"), d), signs)
        samples = labelled(F, teacher, Stream(7, "inputs"), range(n))
        eta = F.div(1.0, F.from_int(4 * d))
        for epoch in range(2):
            order = shuffled_order(7, epoch, n)
            for first in range(0, n, size):
                batch = [samples[i] for i in order[first:first + size]]
                student, loss = student.trained(batch, eta)
        digest.add_matrix(F, student.rows)
        digest.add(F, [loss])
    return case


def systems(F, digest):
    rows = [Stream(11, "probe").normal(i, 14) for i in range(16)]
    G, y = [row[:13] for row in rows], [row[13] for row in rows]
    columns = transposed(G)
    A = transposed([product(F, columns, column) for column in columns])
    b = product(F, columns, y)

    def add_triangle(U):
        for i, row in enumerate(U):
            digest.add(F, row[i:])

    U = cholesky(F, A)
    x = solve_cholesky(F, U, b)
    add_triangle(U)
    digest.add(F, x)

    # With the last corner negated, A has numbers of both signs in its diagonal matrix.
    indefinite = [[-a if min(i, j) >= 7 else a for j, a in enumerate(row)]
                  for i, row in enumerate(A)]
    V, p = ldl(F, indefinite)
    add_triangle(V)
    digest.add(F, p + solve_ldl(F, V, p, b))

    triangle = Rotations(F, 13)
    for row, r in zip(G, y):
        triangle.add(row, r)
    for R, c in ((triangle.U, triangle.c), reflections(F, G, y)):
        add_triangle(R)
        digest.add(F, c + solve_triangle(F, R, c))

    digest.add(F, refined(F, A, b, x, lambda t: solve_cholesky(F, U, t)))

    def operator(v):
        return [[a] for a in product(F, A, [element for element, in v])]

    x, _ = conjugate_gradient(F, operator, lambda r: r, [[b_i] for b_i in b], 5, 0.0)
    digest.add_matrix(F, x)
    digest.add(F, extreme_eigenvalues(F, operator, 13, 1, 8))


def alternating(n, solver, rate=None, d=5, iterations=40):
    def case(F, digest):
        signs = [-1 if j % 3 == 0 else 1 for j in range(d)]
        teacher = Weights(F, gaussian_start(F, Stream(7, "teacher"), d), signs)
        samples = labelled(F, teacher, Stream(7, "inputs"), range(n))
        start = [[0.0] * d for _ in range(d)]
        status, W, loss, done = minimized(F, samples, signs, start, solver(), ldexp(1.0, -18),
                                          iterations, rate and F.number(rate))
        assert status == ("ok" if iterations == 40 else "iterations"), status
        digest.add_matrix(F, W)
        digest.add(F, [loss])
        digest.add_bytes(done.to_bytes(8, "little"))
    return case


def labelled(F, teacher, inputs, indices):
    inputs = [Factors(F, inputs.normal(i, len(teacher.rows))) for i in indices]
    return [(x, teacher.predict(x)[1]) for x in inputs]


CASES = {
    "elementary": elementary,
    "random": random,
    "spectrum": spectrum,
    "readme": readme,
    "d5": shuffled_epochs(5, 43, 11),
    "d17": shuffled_epochs(17, 150, 70),
    "d100": shuffled_epochs(100, 90, 67),
    "d300": shuffled_epochs(300, 24, 17),
    "systems": systems,
    "am-cholesky": alternating(75, ByCholesky),
    "am-rotations": alternating(75, ByRotations),
    "am-matrix-free": alternating(75, MatrixFree),
    "am-homotopy": alternating(75, ByCholesky, "0.8"),
    "am-homotopy-matrix-free": alternating(36, MatrixFree, "0.8"),
    "am-d8-cholesky": alternating(130, ByCholesky, d=8),
    "am-d8-matrix-free": alternating(130, MatrixFree, d=8),
    "am-d20-cholesky": alternating(450, ByCholesky, d=20, iterations=2),
    "am-d20-matrix-free": alternating(450, MatrixFree, d=20, iterations=2),
}
LONGEST = {"d300", "am-d20-cholesky"}


def read_recorded():
    """{(case, scalar): digest}"""
    lines = RECORDED.read_text(encoding="ascii").splitlines()
    lines = [line.split() for line in lines if not line.startswith("#")]
    return {(name, scalar): digest for name, scalar, digest in lines}


def main(arguments):
    names = arguments or [name for name in CASES if name not in LONGEST]
    if arguments == ["--all"] or not arguments and os.environ.get("IDEM_TEST_ALL"):
        names = list(CASES)
    if not set(names) <= set(CASES):
        sys.exit(__doc__)
    recorded = read_recorded()
    wrong = 0
    for name in names:
        for F in (BINARY32, BINARY64):
            digest = Digest()
            CASES[name](F, digest)
            computed = f"{digest.value:016x}"
            print(name, F.name, computed, flush=True)
            if recorded.get((name, F.name)) != computed:
                print("  recorded:", recorded.get((name, F.name), "nothing"))
                wrong = 1
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
