"""How plots look: sizes, colours that survive greyscale, words on axes. Nothing here reads results.

Colours are those of Okabe and Ito (2008), told apart by people with any colour vision; line styles and markers tell policies apart without colour.
matplotlib is imported when the first plot is drawn, and its parameters are changed inside a context only.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .._autarky import UsageError
from .._table import need

#: Width in inches of a figure over one and two columns of a journal (89 and 183 mm).
WIDTHS = {1: 3.5, 2: 7.2}
TEXT = 8.0
INK, GREY, LIGHT = "#222222", "#5a5a5a", "#dedede"
# Six of Okabe and Ito, then an indigo and a dark red that differ from them and from the greys of reference lines for any colour vision (py/tests/test_plot.py).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#332288", "#661100")
# Their numbers have no factor in common with that of the colours, so that the ninth policy is not drawn as the first.
LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (4, 1, 1, 1, 1, 1)))
MARKERS = ("o", "^", "s", "D", "P", "v", "X", "<", ">")
HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx", "----", "++++", "||||", "oo")
PROVIDERS = {"data_centre": "Data centre", "network": "Node network", "commons": "Commons", "cloud": "Cloud"}
AREAS = {"data_centre": "#0072b2", "network": "#e69f00", "commons": "#009e73", "cloud": "#96cdf0"}

# Names of shares whose meaning does not begin with the word.
_SHARES = ("share", "served", "sovereignty", "loss", "level", "availability", "utilisation", "lorenz")
_RC: dict[str, Any] = {
    "font.size": TEXT, "axes.labelsize": TEXT, "axes.titlesize": TEXT, "figure.titlesize": TEXT + 1, "xtick.labelsize": TEXT,
    "ytick.labelsize": TEXT, "legend.fontsize": TEXT, "axes.titleweight": "normal", "figure.titleweight": "bold", "axes.edgecolor": GREY,
    "axes.labelcolor": INK, "text.color": INK, "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": False, "axes.linewidth": 0.6, "lines.linewidth": 1.4,
    "lines.markersize": 4.5, "hatch.linewidth": 0.5, "legend.frameon": False, "figure.facecolor": "white", "axes.facecolor": "white",
    "savefig.facecolor": "white", "text.usetex": False, "text.parse_math": True, "axes.unicode_minus": True, "axes.formatter.useoffset": False,
    # Fonts are embedded as outlines that editors and journals can read; equal plots give equal bytes.
    "pdf.fonttype": 42, "ps.fonttype": 42, "svg.fonttype": "path", "svg.hashsalt": "autarky",
}


def context() -> Any:
    """The parameters of plots while it is entered; the user's are as before afterwards. UsageError without matplotlib."""
    return need("matplotlib", "plot").rc_context(_RC)


def colour(at: int) -> str:
    """Colour of a policy by its position."""
    return COLOURS[at % len(COLOURS)]


def line(at: int) -> Any:
    """Line style of a policy by its position."""
    return LINES[at % len(LINES)]


def marker(at: int) -> str:
    """Marker of a policy by its position."""
    return MARKERS[at % len(MARKERS)]


def sentence(text: str) -> str:
    """With the first letter in upper case."""
    return text[:1].upper() + text[1:]


def clean(text: str) -> str:
    """A text of a user's scenario, safe to draw: no control characters, no mathematics."""
    return "".join(c if c.isprintable() else " " for c in text).replace("$", r"\$")


def wrapped(text: str, width: int, lines: int = 3) -> str:
    """A text in lines of at most ``width`` characters, cut with an ellipsis after ``lines`` of them."""
    return "\n".join(textwrap.wrap(clean(text), width, max_lines=lines, placeholder=" …"))


def is_share(name: str, unit: str, doc: str = "") -> bool:
    """Whether a pure number is a share by its name or meaning, which axes write in per cent; counts and indices are not."""
    return unit == "1" and ("share of" in doc or any(word in name for word in _SHARES))


@dataclass(frozen=True)
class Scale:
    """How an axis writes values: divided by ``divisor``, in ``unit``. Data stay as they are."""

    divisor: float
    unit: str

    def axis(self, label: str) -> str:
        """A label with the unit behind it."""
        return f"{label} ({self.unit})" if self.unit else label

    def format(self, axis: Any) -> None:
        """Let an axis of matplotlib write its ticks so."""
        from matplotlib.ticker import FuncFormatter, MaxNLocator

        is_narrow = axis.axis_name == "x" and axis.axes.figure.bbox.width < 5 * axis.axes.figure.dpi
        axis.set_major_locator(MaxNLocator(4 if is_narrow else 5))
        axis.set_major_formatter(FuncFormatter(lambda x, _: f"{x / self.divisor:.6g}".replace("-", "−")))


PERCENT = Scale(0.01, "%")


def scale(name: str, unit: str, values: Iterable[float], *, doc: str = "", is_difference: bool = False) -> Scale:
    """The scale of a quantity of which these values are drawn: shares in per cent, large amounts in thousands, millions or billions."""
    if is_share(name, unit, doc):
        return Scale(0.01, "percentage points") if is_difference else PERCENT
    size = max((abs(v) for v in values), default=0.0)
    plain = {"1": "", "year": "years", "day": "days"}.get(unit, unit)
    for divisor, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e4, "thousand")):
        if size >= divisor:
            step = 1e3 if word == "thousand" else divisor
            return Scale(step, f"{word} {plain}".strip())
    return Scale(1.0, plain)


def dates(axis: Any) -> None:
    """Dates on an axis of matplotlib, few and short."""
    module = need("matplotlib.dates", "plot")
    locator = module.AutoDateLocator(minticks=2, maxticks=5)
    axis.set_major_locator(locator)
    axis.set_major_formatter(module.ConciseDateFormatter(locator, show_offset=False))


def tidy(ax: Any, grid: str) -> None:
    """Text size and light lines across one axis; the text size outlives the context, since ticks are made late."""
    ax.tick_params(labelsize=TEXT, length=2.5, width=0.6)
    ax.grid(True, axis=grid, color=LIGHT, linewidth=0.6)
    ax.set_axisbelow(True)


@dataclass
class Sheet:
    """A figure with its panels, or the axes of a user."""

    figure: Any
    axes: list[Any]
    is_own: bool
    width: float

    @staticmethod
    def on(ax: Any) -> Sheet:
        """The user's axes."""
        if not hasattr(ax, "plot") or not hasattr(ax, "figure"):
            raise UsageError(f"`ax` is an Axes of matplotlib; found {type(ax).__name__}")
        # The figure of a panel of a SubFigure is the whole one, which can be saved.
        return Sheet(getattr(ax.figure, "figure", None) or ax.figure, [ax], False, max(1.5, float(ax.bbox.width) / float(ax.figure.dpi)))

    @staticmethod
    def new(columns: int, shape: tuple[int, int], heights: Sequence[float], **share: Any) -> Sheet:
        """A new figure without pyplot: rows and columns of panels; heights of rows in inches."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        width = WIDTHS[columns]
        figure = Figure(figsize=(width, sum(heights)), dpi=150, layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.subplots(*shape, squeeze=False, height_ratios=list(heights), **share)
        return Sheet(figure, list(grid.flat), True, width)

    def title(self, text: str) -> None:
        """A title at the left above all panels, or above the user's axes."""
        if not text:
            return
        if self.is_own:
            lines = wrapped(text, int(self.width * 11.5))
            self._grow(0.17 * (lines.count("\n") + 1))
            self.figure.suptitle(lines, x=0.01, ha="left")
        else:
            self.axes[0].set_title(wrapped(text, int(self.width * 12.5)), loc="left")

    def legend(self, handles: Sequence[Any], labels: Sequence[str]) -> None:
        """A legend below all panels, so that it lies on no data; in the user's axes where there is room."""
        if not handles:
            return
        if not self.is_own:
            texts = [wrapped(label, max(10, int((self.width * 72 - 60) / 4.6))) for label in labels]
            # The words of a legend do not shrink the axes in the user's layout.
            self.axes[0].legend(handles, texts, loc="best", fontsize=TEXT, frameon=True, framealpha=0.8, edgecolor=LIGHT).set_in_layout(False)
            return
        texts = [wrapped(label, int((self.width * 72 - 42) / 4.6)) for label in labels]
        longest = max(len(part) for text in texts for part in text.split("\n"))
        fits = int(self.width * 72 / (longest * 4.6 + 42))
        across = max(1, min(fits, len(texts), 4))
        self._grow(0.165 * sum(text.count("\n") + 1 for text in texts) / across + 0.15)
        self.figure.legend(handles, texts, loc="outside lower left", ncols=across, columnspacing=1.4, handlelength=2.4)

    def _grow(self, inches: float) -> None:
        """Room for words, so that panels keep the height they were given."""
        self.figure.set_figheight(self.figure.get_figheight() + inches)


def mark(panels: Sequence[Any], found: Sequence[Sequence[tuple[float, str]]]) -> None:
    """Marks of each panel at places of its axis as dotted lines with their words above the frame, in rows where they would meet.

    Titles of all panels keep the same room, so that they stand level.
    """
    rows = 0
    for ax, mine in zip(panels, found, strict=True):
        low, high = ax.get_xlim()
        # Some 4.4 points a letter, in the axis' units.
        letter = 4.4 * (high - low) / max(1.0, ax.bbox.width * 72 / ax.figure.dpi)
        ends: list[list[tuple[float, float]]] = []
        for at, label in ((at, wrapped(label, 30, 1)) for at, label in mine if low <= at <= high):
            is_late = at > (low + high) / 2
            width = letter * len(label)
            left, right = (at - width, at) if is_late else (at, at + width)
            row = next((k for k, taken in enumerate(ends) if all(right < a or left > b for a, b in taken)), len(ends))
            ends += [[]] if row == len(ends) else []
            ends[row].append((left, right))
            ax.axvline(at, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1.5)
            ax.annotate(
                label, (at, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 2 + 9 * row), textcoords="offset points",
                ha="right" if is_late else "left", va="bottom", fontsize=TEXT, color=GREY, annotation_clip=False,
            )
        rows = max(rows, len(ends))
    for ax in panels:
        if rows and ax.get_title(loc="left"):
            ax.set_title(ax.get_title(loc="left"), loc="left", pad=6 + 10 * rows)


def half_width(values: Sequence[float]) -> float | None:
    """Half the width of the 95 % interval of a mean by Student's t; None with fewer than two values."""
    n = len(values)
    if n < 2:
        return None
    mean = sum(values) / n
    variance = sum((v - mean) ** 2 for v in values) / (n - 1)
    return float(_student(n - 1) * (variance / n) ** 0.5)


def _student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t: Abramowitz and Stegun (1964), 26.7.3 and 26.7.4, solved by bisection."""
    from math import atan, cos, pi, sin, sqrt
    from statistics import NormalDist

    if freedom > 2000:
        return NormalDist().inv_cdf(0.975)

    def within(t: float) -> float:
        angle = atan(t / sqrt(freedom))
        # The sum is over cos^k with factors (k − 1)!!/k!!, for odd or even k.
        term = cos(angle) if freedom % 2 else 1.0
        total = 0.0
        for k in range(freedom % 2, freedom - 1, 2):
            total += term
            term *= cos(angle) ** 2 * (k + 1) / (k + 2)
        return 2 / pi * (angle + sin(angle) * total) if freedom % 2 else sin(angle) * total

    # From the quantile of infinitely many degrees of freedom to that of one.
    low, high = 1.95, 12.8
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if within(middle) < 0.95 else (low, middle)
    return (low + high) / 2
