"""`accelerators.csv` and `hardware_trends.csv`, from Epoch AI's table of machine-learning hardware.

Compute is dense FP16; one H100e is 989.4 dense FP16 TFLOP/s. Total processing performance is the
export rule's: the largest over formats of TOP/s times bit length. Trends are least squares of the
log of a figure on the release date in years. A price that no source gives is imputed by the
regression in `price_model`.
"""

from __future__ import annotations

import datetime as dt
import math
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from figures import DeriveError, Figure, median, read_csv, to_float
from least_squares import Fit, fit
from manifest import Sources

KEYS = ("accelerator",)
TREND_KEYS = ("trend",)
H100_TFLOPS = 989.4
HOME = {"nvidia": "USA", "amd": "USA", "intel": "USA", "google": "USA", "amazon": "USA", "huawei": "CHN"}
CHINESE = {"Huawei", "Cambricon", "Kunlunxin Baidu", "MetaX", "Iluvatar CoreX", "Biren", "Hygon", "Alibaba", "Sunway",
           "Moore Threads (Tencent)", "National University of Defense Technology"}
AMERICAN = {"NVIDIA", "AMD", "Intel", "Google", "Amazon AWS", "Meta", "Microsoft", "Tesla"}
EPOCH = "epoch-hardware"
# quantity: (column of the source, divisor, unit)
COLUMNS = {
    "launch_price_usd": ("Release price (USD)", 1.0, "USD"),
    "tensor_fp16": ("Tensor-FP16/BF16 performance (FLOP/s)", 1e12, "TFLOP/s"),
    "vector_fp16": ("FP16 (half precision) performance (FLOP/s)", 1e12, "TFLOP/s"),
    "fp8_dense_tflops": ("FP8 performance (FLOP/s)", 1e12, "TFLOP/s"),
    "fp4_dense_tflops": ("FP4 performance (FLOP/s)", 1e12, "TFLOP/s"),
    "fp32_tflops": ("FP32 (single precision) performance (FLOP/s)", 1e12, "TFLOP/s"),
    "tf32": ("TF32 (TensorFloat-32) performance (FLOP/s)", 1e12, "TFLOP/s"),
    "int8": ("INT8 performance (OP/s)", 1e12, "TOP/s"),
    "memory_gb": ("Memory (bytes)", 1e9, "GB"),
    "memory_bandwidth_gbs": ("Memory bandwidth (byte/s)", 1e9, "GB/s"),
    "interconnect_gbs": ("Intranode bandwidth (byte/s)", 1e9, "GB/s"),
    "tdp_w": ("TDP (W)", 1.0, "W"),
    "tpp_published": ("Total processing performance (bit-OP/s)", 1e12, "TOP/s*bit"),
}
UNITS = {q: u for q, (_, _, u) in COLUMNS.items()} | {"fp16_dense_tflops": "TFLOP/s", "release_date": "date"}
REPORTED = ("launch_price_usd", "release_date", "fp16_dense_tflops", "memory_gb", "memory_bandwidth_gbs",
            "interconnect_gbs", "tdp_w")
TPP_BITS = {"fp16_dense_tflops": 16, "fp8_dense_tflops": 8, "int8": 8, "fp4_dense_tflops": 4, "tf32": 19, "fp32_tflops": 32}


@dataclass
class Chip:
    """A row of the source: numbers by quantity, and the release date."""

    name: str
    maker: str
    date: str
    value: dict[str, float] = field(default_factory=dict)

    @property
    def year(self) -> float:
        """Release date as a decimal year."""
        day = dt.date.fromisoformat(self.date)
        return day.year + (day.timetuple().tm_yday - 1) / 365.25

    @property
    def ml_tflops(self) -> float | None:
        """The best of tensor FP16, FP16 and FP32."""
        rates = [self.value[q] for q in ("tensor_fp16", "vector_fp16", "fp32_tflops") if q in self.value]
        return max(rates) if rates else None


def read_chips(src: Sources) -> dict[str, Chip]:
    """All rows by name; dense FP16 is the tensor rate, else the larger FP16 rate."""
    out = {}
    need = ("Hardware name", "Manufacturer", "Release date", *(c for c, _, _ in COLUMNS.values()))
    for row in read_csv(src.read(EPOCH), EPOCH, need):
        chip = Chip(row["Hardware name"], row["Manufacturer"], row["Release date"])
        for quantity, (column, divisor, _) in COLUMNS.items():
            value = to_float(row[column], f"{EPOCH}: {chip.name}, {column}")
            if value:
                chip.value[quantity] = value / divisor
        rate = chip.value.get("tensor_fp16", chip.value.get("vector_fp16"))
        if rate:
            chip.value["fp16_dense_tflops"] = rate
        out[chip.name] = chip
    return out


@dataclass
class Model:
    """An accelerator of ours: figures by quantity as (value, source, rule, low, high)."""

    ident: str
    spec: dict
    got: dict[str, tuple] = field(default_factory=dict)

    def number(self, quantity: str) -> float | None:
        """The figure's value, if there is one."""
        return self.got[quantity][0] if quantity in self.got else None


def assemble(ident: str, spec: dict, chips: dict[str, Chip]) -> Model:
    """Table row first, then figures of sister rows, then cited facts."""
    model = Model(ident, spec)
    if "epoch" in spec:
        if spec["epoch"] not in chips:
            raise DeriveError(f"{EPOCH}: no row named {spec['epoch']!r} (for {ident})")
        chip = chips[spec["epoch"]]
        for quantity, value in chip.value.items():
            if quantity not in spec.get("drop", ()):
                rule = "as reported there: list and street quotes mixed" if quantity == "launch_price_usd" else ""
                model.got[quantity] = (value, EPOCH, rule, None, None)
        if chip.date:
            model.got["release_date"] = (chip.date, EPOCH, "", None, None)
    for quantity, name in spec.get("also", {}).items():
        model.got[quantity] = (chips[name].value[quantity], EPOCH, f"taken from the sister row {name}", None, None, "imputed")
    for quantity, fact in spec.get("fact", {}).items():
        model.got[quantity] = (fact["value"], fact["source"], fact.get("rule", ""), fact.get("low"), fact.get("high"))
    return model


def price_model(chips: dict[str, Chip], consumer: set[str]) -> Fit:
    """ln price = a + b ln(best TFLOP/s) + c (year - 2020) + d [data centre], priced rows from 2016 on."""
    xs, ys = [], []
    for chip in chips.values():
        price = chip.value.get("launch_price_usd")
        if price and chip.ml_tflops and chip.date >= "2016":
            centre = 0.0 if chip.name in consumer or any(w in chip.name for w in ("GeForce", "RTX", "Quadro", "TITAN", "Radeon RX")) else 1.0
            xs.append([1.0, math.log(chip.ml_tflops), chip.year - 2020.0, centre])
            ys.append(math.log(price))
    return fit(xs, ys)


def regressors(m: Model) -> list[float]:
    """The row of `price_model` for an accelerator."""
    day = dt.date.fromisoformat(m.got["release_date"][0])
    year = day.year + (day.timetuple().tm_yday - 1) / 365.25
    return [1.0, math.log(m.number("fp16_dense_tflops")), year - 2020.0, float(m.spec["class"] == "data_centre")]


def impute_price(m: Model, models: dict[str, Model], price: Fit) -> None:
    """A sold accelerator without a price: its sister's price moved along the regression, or the regression itself."""
    if "launch_price_usd" in m.got or not m.spec.get("sold", True):
        return
    mu, sd, how = price.predict(regressors(m)), price.residual_sd, "regression"
    if "sister" in m.spec:
        sister = models[m.spec["sister"]]
        mu += math.log(sister.number("launch_price_usd")) - price.predict(regressors(sister))
        how = f"price of {sister.ident} moved along the regression"
    rule = f"{how} of log price on log TFLOP/s, year and class (n={price.n}); interval is one residual sd of {sd:.2f}"
    m.got["launch_price_usd"] = (math.exp(mu), EPOCH, rule, math.exp(mu - sd), math.exp(mu + sd), "imputed")


def impute(models: dict[str, Model], price: Fit) -> None:
    """Prices by `impute_price`; memory, bandwidths and power by the median ratio to compute within the class."""
    for m in models.values():
        impute_price(m, models, price)
    for quantity in ("memory_gb", "memory_bandwidth_gbs", "tdp_w", "interconnect_gbs"):
        for m in models.values():
            if quantity in m.got:
                continue
            peers = [o.number(quantity) / o.number("fp16_dense_tflops") for o in models.values()
                     if o.spec["class"] == m.spec["class"] and quantity in o.got and len(o.got[quantity]) == 5]
            rule = f"median ratio to the FP16 rate over {len(peers)} {m.spec['class']} models"
            m.got[quantity] = (median(peers) * m.number("fp16_dense_tflops"), EPOCH, rule, None, None, "imputed")


def model_figures(m: Model, vintage: dict[str, str]) -> list[Figure]:
    """All figures of one accelerator."""
    key, spec = (m.ident,), m.spec
    base = m.got["fp16_dense_tflops"][1]
    out = [
        Figure(key, "vendor", spec["vendor"], "text", vintage[base], "measured", (base,)),
        Figure(key, "vendor_home_iso3", HOME[spec["vendor"]], "text", vintage[base], "measured", (base,), "vendor's headquarters"),
        Figure(key, "class", spec["class"], "text", vintage[base], "measured", (base,)),
        Figure(key, "sold", int(spec.get("sold", True)), "flag", vintage[base], "measured", (base,),
               "" if spec.get("sold", True) else "rented only by its maker's cloud"),
    ]
    for quantity in REPORTED:
        if quantity in m.got:
            value, source, rule, low, high, *imputed = m.got[quantity]
            status = imputed[0] if imputed else "measured"
            out.append(Figure(key, quantity, value, UNITS[quantity], vintage[source], status, (source,), rule, low, high))
    rate, source = m.number("fp16_dense_tflops"), m.got["fp16_dense_tflops"][1]
    out.append(Figure(key, "h100e", round(rate / H100_TFLOPS, 4), "H100e", vintage[source], "measured", (source,),
                      "dense FP16 / 989.4 TFLOP/s"))
    tpp, name = max((m.number(q) * bits, q) for q, bits in TPP_BITS.items() if q in m.got)
    source, rule = m.got[name][1], f"dense {name.split('_')[0]} x bit length"
    published = m.number("tpp_published")
    if published and abs(published / tpp - 1) > 0.02:
        rule += f"; the source publishes {published:.0f}"
    out.append(Figure(key, "tpp", tpp, "TOP/s*bit", vintage[source], "measured", (source,), rule))
    return out


def build_accelerators(src: Sources, roster: Path) -> tuple[tuple[str, ...], list[Figure]]:
    """Key columns and figures of `accelerators.csv`."""
    specs = tomllib.loads(roster.read_text(encoding="utf-8"))
    chips = read_chips(src)
    models = {i: assemble(i, s, chips) for i, s in specs.items()}
    consumer = {s["epoch"] for s in specs.values() if "epoch" in s and s["class"] != "data_centre"}
    impute(models, price_model(chips, consumer))
    vintage = {i: src.vintage(i) for i in (*src.files, *src.citations)}
    return KEYS, [f for m in models.values() for f in model_figures(m, vintage)]


def trend(name: str, what: str, chips: list[tuple[float, float]], vintage: str) -> list[Figure]:
    """Slope, doubling time and residual sd of ln y on the year, with 95 % intervals."""
    line = fit([[1.0, x - 2020.0] for x, _ in chips], [math.log(y) for _, y in chips])
    b, half = line.coefficients[1], line.t975 * line.standard_errors[1]
    ends = sorted((math.log(2) / (b - half), math.log(2) / (b + half)))
    bounded = b - half > 0
    rule = f"least squares of ln({what}) on release date; 95 % interval" + ("" if bounded else "; growth not distinguishable from zero: no upper bound")
    key, n = (name,), len(chips)

    def fig(quantity: str, value: float, unit: str, low: float | None = None, high: float | None = None) -> Figure:
        return Figure(key, quantity, value, unit, vintage, "calibrated", (EPOCH,), rule, low, high, n)

    return [
        fig("growth_log_per_year", b, "log/year", b - half, b + half),
        fig("doubling_years", math.log(2) / b, "years", ends[0] if bounded else ends[1], ends[1] if bounded else None),
        fig("residual_sd_log", line.residual_sd, "log"),
        fig("r_squared", line.r_squared, "1"),
    ]


def build_trends(src: Sources) -> tuple[tuple[str, ...], list[Figure]]:
    """Key columns and figures of `hardware_trends.csv`."""
    dated = [c for c in read_chips(src).values() if c.date]
    ml = [c for c in dated if c.ml_tflops]

    def ratio(rows: list[Chip], start: str, den: str | None, num: str | None = None) -> list[tuple[float, float]]:
        return [(c.year, (c.value[num] if num else c.ml_tflops) / (c.value[den] if den else 1.0)) for c in rows
                if c.date >= start and (den is None or den in c.value) and (num is None or num in c.value)]

    series = {
        "ml_flops_per_usd_2006": ("best FLOP/s per launch USD, 2006 on", ratio(ml, "2006", "launch_price_usd")),
        "ml_flops_per_usd_2012": ("best FLOP/s per launch USD, 2012 on", ratio(ml, "2012", "launch_price_usd")),
        "ml_flops_per_usd_2016": ("best FLOP/s per launch USD, 2016 on", ratio(ml, "2016", "launch_price_usd")),
        "ml_flops_per_watt_2012": ("best FLOP/s per W, 2012 on", ratio(ml, "2012", "tdp_w")),
        "tensor_flops_per_watt_2017": ("tensor FP16 FLOP/s per W, 2017 on", ratio(dated, "2017", "tdp_w", "tensor_fp16")),
        "tensor_flops_per_usd_2017": ("tensor FP16 FLOP/s per launch USD", ratio(dated, "2017", "launch_price_usd", "tensor_fp16")),
        "ml_flops_per_chip_usa_2017": ("best FLOP/s per chip, US makers, 2017 on", ratio([c for c in ml if c.maker in AMERICAN], "2017", None)),
        "ml_flops_per_chip_chn_2017": ("best FLOP/s per chip, Chinese makers, 2017 on", ratio([c for c in ml if c.maker in CHINESE], "2017", None)),
        "memory_gb_per_chip_2012": ("memory per chip, 2012 on", ratio(dated, "2012", None, "memory_gb")),
        "memory_gb_per_usd_2006": ("memory per launch USD, 2006 on", ratio(dated, "2006", "launch_price_usd", "memory_gb")),
        "tdp_per_chip_2012": ("TDP per chip, 2012 on", ratio(dated, "2012", None, "tdp_w")),
    }
    return TREND_KEYS, [f for name, (what, rows) in series.items() for f in trend(name, what, rows, src.vintage(EPOCH))]
