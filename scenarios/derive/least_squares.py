"""Ordinary least squares by normal equations, with standard errors and Student intervals.

For a handful of regressors and some hundred rows, where Gaussian elimination with pivoting on the
normal equations is accurate enough; not for anything ill-conditioned.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Sequence

from figures import DeriveError


@dataclass(frozen=True)
class Fit:
    """Coefficients with standard errors; `t975` is the Student quantile for 95 % intervals."""

    coefficients: list[float]
    standard_errors: list[float]
    residual_sd: float
    r_squared: float
    n: int
    t975: float

    def predict(self, row: Sequence[float]) -> float:
        """The fitted value at a row of regressors."""
        return sum(b * x for b, x in zip(self.coefficients, row, strict=True))


def student_975(df: int) -> float:
    """The 97.5 % Student quantile, Cornish-Fisher in 1/df to fourth order (error below 1e-3 for df >= 5)."""
    z = 1.959963984540054
    z3, z5, z7, z9 = z**3, z**5, z**7, z**9
    return (
        z
        + (z3 + z) / (4 * df)
        + (5 * z5 + 16 * z3 + 3 * z) / (96 * df**2)
        + (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * df**3)
        + (79 * z9 + 776 * z7 + 1482 * z5 - 1920 * z3 - 945 * z) / (92160 * df**4)
    )


def invert(matrix: list[list[float]]) -> list[list[float]]:
    """Gauss-Jordan inverse with partial pivoting; `DeriveError` for a singular matrix."""
    k = len(matrix)
    work = [row[:] + [1.0 if i == j else 0.0 for j in range(k)] for i, row in enumerate(matrix)]
    for col in range(k):
        pivot = max(range(col, k), key=lambda r: abs(work[r][col]))
        if abs(work[pivot][col]) < 1e-12:
            raise DeriveError("regression: the regressors are collinear")
        work[col], work[pivot] = work[pivot], work[col]
        scale = work[col][col]
        work[col] = [v / scale for v in work[col]]
        for r in range(k):
            if r != col and work[r][col] != 0.0:
                factor = work[r][col]
                work[r] = [v - factor * p for v, p in zip(work[r], work[col])]
    return [row[k:] for row in work]


def fit(xs: list[list[float]], ys: list[float]) -> Fit:
    """Least squares of `ys` on the columns of `xs` (the first is the constant)."""
    n, k = len(ys), len(xs[0]) if xs else 0
    if n < k + 3 or k == 0:
        raise DeriveError(f"regression: {n} rows for {k} regressors")
    gram = [[math.fsum(row[i] * row[j] for row in xs) for j in range(k)] for i in range(k)]
    moment = [math.fsum(row[i] * y for row, y in zip(xs, ys)) for i in range(k)]
    inverse = invert(gram)
    beta = [math.fsum(inverse[i][j] * moment[j] for j in range(k)) for i in range(k)]
    residuals = [y - math.fsum(b * x for b, x in zip(beta, row)) for row, y in zip(xs, ys)]
    rss = math.fsum(r * r for r in residuals)
    mean = math.fsum(ys) / n
    tss = math.fsum((y - mean) ** 2 for y in ys)
    variance = rss / (n - k)
    errors = [math.sqrt(variance * inverse[i][i]) for i in range(k)]
    return Fit(beta, errors, math.sqrt(variance), 1.0 - rss / tss if tss else 0.0, n, student_975(n - k))
