"""Plots that a paper can use, each with its data.

``r.plot`` of results gives them: ``r.plot.fan("unserved")`` is a ``Plot`` with ``.figure``, ``.axes``, ``.data``, ``.caption`` and ``.save("fan.pdf")``. Figures are
of matplotlib, which is imported with the first plot (extra ``plot``); they are made without pyplot, so they work without a display and none stays open, and
matplotlib's parameters are as before afterwards. Colours are safe for any colour vision, and line styles, markers and hatches tell policies apart in grey.

No number is computed here that the compiled module has: quantiles, paired differences, frontier and sensitivities are its own. Means and intervals of losses by
party, Lorenz curves over vendors and times to recovery are made from the tables, as each docstring says.

All plots take

nation : identifier of a recorded nation; default: the first.
policies : a name or several; default: all. Colours and markers belong to a policy whichever are drawn.
ax : Axes of matplotlib to draw into; the figure, its size and layout stay the user's.
title : text above the plot; "" for none.
columns : 1 or 2, the columns of a journal that the figure goes over (3.5 or 7.2 inches); no text is smaller than 8 points.

UsageError tells names that the study has not, and what to do where there is nothing to draw.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .._autarky import UsageError
from ._plot import Ask, Plot

if TYPE_CHECKING:
    from .._results import Results

    Names = str | Iterable[str] | None

__all__ = ["Plot", "Plots"]


class Plots:
    """The plots of a study; see the module for what all of them take."""

    __slots__ = ("_results",)

    def __init__(self, results: Results) -> None:
        self._results = results

    def __repr__(self) -> str:
        return "plots: " + ", ".join(name for name in dir(self) if not name.startswith("_"))

    def fan(
        self, series: str, *, nation: str | None = None, policies: Names = None, ax: Any = None, title: str | None = None, columns: int = 2
    ) -> Plot:
        """A series over time: the median with the middle 50 % and 90 % of runs, a panel a policy, and the first policy's median beside the others.

        Parameters
        ----------
        series : a recorded series, or ``<series>_share`` for its ratio to need at the reference price.

        Returns
        -------
        Plot; data has a row for every policy and date: n, mean, q0.05, q0.25, q0.5, q0.75, q0.95 in the series' unit (quantiles of type 7, Hyndman and Fan 1996).
        Starts and ends of dated events are marked under policies in which they reach the nation.

        UsageError if the study keeps no series, has none of that name, or is a design whose points are no draws.
        """
        from ._time import fan

        return fan(Ask.of(self._results, nation, policies, ax=ax, title=title, columns=columns), series)

    def supply_mix(
        self, policy: Names = None, *, nation: str | None = None, ax: Any = None, title: str | None = None, columns: int = 2
    ) -> Plot:
        """Who serves over time: what each kind of provider serves, stacked, as a share of need at the reference price; mean over runs.

        What is not served of that need lies hatched on top. The whole can be above 100 %: cheap compute is used for more than the need at the reference price, and
        need of classes that cannot use it stays unserved.

        Parameters
        ----------
        policy : a name or several, a panel each; default: all.

        Returns
        -------
        Plot; data has a row for every policy, date and kind ("unserved" is one), ``share`` from 0. Sources: series ``served_<kind>_share`` and ``unserved``.
        """
        from ._time import supply_mix

        return supply_mix(Ask.of(self._results, nation, policy, ax=ax, title=title, columns=columns))

    def differences(
        self, *objectives: str, against: str = "base", nation: str | None = None, policies: Names = None, ax: Any = None,
        title: str | None = None, columns: int = 2,
    ) -> Plot:
        """Paired differences of policies to ``against`` under the same shocks, with 95 % intervals, a panel for each unit. Hollow: the interval holds zero.

        Parameters
        ----------
        objectives : quantities of ``summary()``; default served_share, cost and loss_365d. ``"jobs:higher"`` says which way is better where the name does not.

        Returns
        -------
        Plot; data has a row for every objective and policy: difference, low, high in ``unit``, pairs. The numbers are those of ``Results.compare``.

        UsageError for one policy, unknown names, or an ``ax`` for objectives of several units.
        """
        from ._compare import differences

        return differences(Ask.of(self._results, nation, policies, ax=ax, title=title, columns=columns), objectives, against)

    def frontier(
        self, x: str = "cost", y: str = "loss_365d", *, nation: str | None = None, policies: Names = None, ax: Any = None,
        title: str | None = None, columns: int = 2,
    ) -> Plot:
        """Policies on two objectives with 95 % intervals of their means; hollow if another policy of the study is better in one and no worse in the other.

        Returns
        -------
        Plot; data has a row for every policy: x, y with low and high, on_frontier, probability (share of resamples in which no other dominates it), dominated_by. The
        numbers are those of ``Results.frontier``; ``policies`` picks what is drawn, not what competes.
        """
        from ._compare import frontier

        return frontier(Ask.of(self._results, nation, policies, ax=ax, title=title, columns=columns), x, y)

    def tornado(
        self, outcome: str, *, policy: str | None = None, minus: str | None = None, against: str = "base", nation: str | None = None,
        policies: Names = None, ax: Any = None, title: str | None = None, columns: int = 2,
    ) -> Plot:
        """What drives an outcome, the strongest first.

        From a Saltelli sweep: Sobol indices of first and total order; from Morris's: mean absolute effects μ* and standard deviations σ; of the outcome of ``policy``
        (less that of ``minus``). Else, as for the scenario ``sensitivity``, policies are assumptions: paired differences to ``against``, with ``<name>_low`` and ``<name>_high`` next
        to each other. All with 95 % intervals; 15 are drawn, the data has all.

        Returns
        -------
        Plot; data has a row for every parameter: first, total; or mu_star, mu, sigma; each with low and high. Or a row for every policy: assumption, end ("low",
        "high" or ""), difference, low, high, pairs. μ* and differences are in the outcome's unit.
        """
        from ._compare import tornado

        ask = Ask.of(self._results, nation, policies, ax=ax, title=title, columns=columns)
        return tornado(ask, outcome, policy, minus, against)

    def lorenz(
        self, over: str = "owner", *, date: str | None = None, nation: str | None = None, policies: Names = None, ax: Any = None,
        title: str | None = None, columns: int = 1,
    ) -> Plot:
        """Lorenz curve of control on a sample date, mean over runs: what part the smallest units hold. On the diagonal all hold the same.

        Parameters
        ----------
        over : what is counted.
            "owner": a unit is a beneficial owner of nodes of node networks at home in the nation, whatever names its operators go by; read from the series
            ``lorenz_10`` to ``lorenz_90`` and ``gini_owner``, means over the weekly counts before the date.
            "vendor": a unit is a vendor with hardware installed in the nation, by any kind of provider; its part is H100e of the table ``capacity``.
            "kind": a unit is a kind of provider with something installed in the nation.
        date : a sample date, "2030-01-01"; default: the last.

        Returns
        -------
        Plot; data has a row for every policy and corner: fraction of units, share of compute, gini, effective number of units, n runs. Units that hold nothing do
        not count, so Gini runs to 1 − 1/n of n units, and is 0 where one unit holds all: read it beside the effective number, the reciprocal of the Herfindahl–Hirschman
        index (Laakso and Taagepera 1979). Both are means over runs. The Gini over vendors or kinds is that of the mean curve; over owners it is the recorded one,
        finer than the deciles.

        UsageError if the study keeps no series, or nobody holds anything on that date.
        """
        from ._control import lorenz

        return lorenz(Ask.of(self._results, nation, policies, ax=ax, title=title, columns=columns), over, date)

    def withdrawal(
        self, horizon: int = 365, *, show: str = "loss", nation: str | None = None, policies: Names = None, ax: Any = None,
        title: str | None = None, columns: int = 2,
    ) -> Plot:
        """What is lost of critical service (or remains, ``show="level"``) when one party withdraws, by party and policy, the largest losses first.

        Parameters
        ----------
        horizon : days after the withdrawal: 0, 30 or 365.

        Returns
        -------
        Plot; data has a row for every party and policy: loss and level as shares of critical need, means over sample dates and runs, with low and high, n. Intervals are
        95 % by Student's t over replications; with draws of parameters over draws, each the mean of its replications. Ten parties are drawn, of those that take
        0.05 % under some policy and a two-hundredth of what the largest takes.
        """
        from ._control import withdrawal

        return withdrawal(Ask.of(self._results, nation, policies, ax=ax, title=title, columns=columns), horizon, show)

    def control(
        self, policy: str = "base", *, horizon: int = 365, nation: str | None = None, ax: Any = None, title: str | None = None, columns: int = 2
    ) -> Plot:
        """Who depends on whom: the nation on kinds of provider, these on vendors, and the nation on parties that can withdraw.

        Widths: what each kind serves, as a share of need at the reference price; the part of each vendor in what a kind has installed in the nation; what the
        withdrawal of a party takes of critical service after ``horizon`` days. Means over runs and sample dates. Six parties are drawn; their losses do not add up.
        Clouds stand outside of the nation, so no vendor is known for them. In axes of your own give it 7 by 4 inches, or 3.5 by 5.

        Returns
        -------
        Plot; data has a row for every link: relation ("service", "hardware" or "withdrawal"), source, target, share.
        """
        from ._control import control

        if not isinstance(policy, str):
            raise UsageError("a network of control is of one policy: name it")
        return control(Ask.of(self._results, nation, policy, ax=ax, title=title, columns=columns), horizon)

    def recovery(
        self, level: float = 0.9, *, after: str | datetime.date | None = None, series: str = "critical_served_share", nation: str | None = None,
        policies: Names = None, ax: Any = None, title: str | None = None, columns: int = 2,
    ) -> Plot:
        """Time to recovery after a dated event: the share of runs that are back, by days since.

        A run falls at the first sample date after the event at which ``series`` is below ``level``, and is back at the first later one at which it is at ``level`` again; its
        time is the days from the event to that date. A run that never falls has time 0. A run that is not back by its last sample is censored there: the
        curve ends below 100 %, with a hollow marker and the share in the legend. Times are known to one sample step, since a series holds means over steps;
        ``recovery_time`` of ``runs`` is the mean length of all shortfalls, dated by the engine.

        Parameters
        ----------
        level : share, 0.9 as in the model's measure of resilience.
        after : the date of the event, "2028-01-01"; default: the first that starts in the nation under one of the policies. Later ones are marked.
        series : a recorded share.

        Returns
        -------
        Plot; data has a row for every run: fell, recovered, days (to the last sample if not back), days observed, lowest value after the event, and whether it
        was below the level before (then its time is not the event's doing alone).
        """
        from ._time import recovery

        return recovery(Ask.of(self._results, nation, policies, ax=ax, title=title, columns=columns), series, level, after)
