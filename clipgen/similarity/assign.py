"""One to one: rows and columns of a table of scores, assigned to each other."""

from __future__ import annotations

from torch import Tensor


def assign(scores: Tensor) -> list[int | None]:
    """The column of each row such that no column is taken twice and the sum of the scores is the largest possible.

        >>> assign(torch.tensor([[0.9, 0.8], [0.7, 0.1]]))
        [1, 0]

    scores: [N, M]; where N > M, the rows that cost the least have no column: None.
    Needs SciPy, an extra (`check_extra`). Source: Crouse 2016, as in `scipy.optimize.linear_sum_assignment`.
    """
    from scipy.optimize import linear_sum_assignment  # late: it takes a third of a second to import

    rows, columns = linear_sum_assignment(scores.double().numpy(), maximize=True)
    found: list[int | None] = [None] * len(scores)
    for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
        found[row] = column
    return found
