"""`nations.csv`: one block of figures per economy.

GDP, population, power price, exchange-rate behaviour, inflation, grid intensity, income group, region,
currency. Missing figures are imputed by the medians named in the rule of each row. The World
Bank's list of economies is the roster, plus Taiwan; an economy without GDP in any source is left out.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from statistics import stdev

from figures import DeriveError, Figure, median, read_csv, to_float
from manifest import Sources

KEYS = ("iso3",)
FX_YEARS = (2004, 2023)
FX_DROP = {"ZWE": "the series is in USD, not in the local currency"}
GDP_STALE_BEFORE = 2020
POWER_BOUNDS = (0.005, 1.0)  # USD/kWh; outside lies a price at an official rate that nobody trades at
USA_CPI_2023 = 4.116
POWER_LAST_YEAR = {"GBR": "2020"}  # Eurostat stopped covering the United Kingdom
MIN_DONORS = 3
# World Bank thresholds of fiscal year 2026, USD per head; GDP per head stands in for GNI.
INCOME_BOUNDS = ((1135.0, "Low income"), (4495.0, "Lower middle income"), (13935.0, "Upper middle income"))
UNCTAD_NAMES = {
    "Eritrea": "ERI", "South Sudan": "SSD", "Venezuela (Bolivarian Rep. of)": "VEN", "Yemen": "YEM",
    "Dem. People's Rep. of Korea": "PRK", "China, Taiwan Province of": "TWN", "Cuba": "CUB",
    "British Virgin Islands": "VGB", "Gibraltar": "GIB",
}
CURRENCY_FIX = {
    "SLV": ("USD", "legal tender since 2001; the code list still names the colon first"),
    "XKX": ("EUR", "not in the code list; uses the euro"),
    "CHI": ("GBP", "not in the code list; uses the pound"),
}
M49_EXTRA = {"412": "XKX", "830": "CHI"}


@dataclass
class Economy:
    """What the roster says of an economy, and the raw numbers gathered for it: (value, vintage, source, rule)."""

    iso3: str
    name: str
    region: str
    income_group: str
    raw: dict[str, tuple] = field(default_factory=dict)


def roster(src: Sources) -> dict[str, Economy]:
    """Economies of the World Bank's classification, plus Taiwan."""
    out = {}
    for row in read_csv(src.read("wb-regions"), "wb-regions", ("iso3", "country", "region", "income_level")):
        out[row["iso3"]] = Economy(row["iso3"], row["country"].strip(), row["region"].strip(), row["income_level"].strip())
    out.setdefault("TWN", Economy("TWN", "Taiwan", "East Asia & Pacific", "High income"))
    return out


def latest_by_iso3(src: Sources, source_id: str) -> dict[str, dict[int, float]]:
    """A `Country Code,Year,Value` file as iso3 -> year -> value."""
    value_column = "Inflation" if source_id.startswith("inflation") else "Value"
    out: dict[str, dict[int, float]] = {}
    for row in read_csv(src.read(source_id), source_id, ("Country Code", "Year", value_column)):
        value = to_float(row[value_column], source_id)
        if value is not None:
            out.setdefault(row["Country Code"], {})[int(float(row["Year"]))] = value
    return out


def add_gdp(src: Sources, eco: dict[str, Economy]) -> None:
    """GDP at current USD: World Bank, or UNCTAD where the World Bank has nothing since 2020."""
    bank = latest_by_iso3(src, "wb-gdp")
    last_year = max(max(s) for s in bank.values())
    unctad: dict[str, dict[int, float]] = {}
    need = ("Economy_Label", "Year", "US_at_current_prices_Value")
    for row in read_csv(src.read("unctad-gdp"), "unctad-gdp", need):
        iso3 = UNCTAD_NAMES.get(row["Economy_Label"])
        value = to_float(row["US_at_current_prices_Value"], "unctad-gdp")
        if iso3 and value is not None and int(row["Year"]) <= last_year:
            unctad.setdefault(iso3, {})[int(row["Year"])] = value
    for iso3, e in eco.items():
        year = max(bank.get(iso3, {0: 0.0}))
        if year < GDP_STALE_BEFORE and iso3 in unctad:
            year = max(unctad[iso3])
            rule = f"UNCTAD: the World Bank has no value since {GDP_STALE_BEFORE}"
            e.raw["gdp_usd"] = (unctad[iso3][year], str(year), ("unctad-gdp",), rule)
        elif year:
            e.raw["gdp_usd"] = (bank[iso3][year], str(year), ("wb-gdp",), "")


def add_population(src: Sources, eco: dict[str, Economy], grid: dict) -> None:
    """Population: World Bank; Taiwan from generation over generation per head."""
    series = latest_by_iso3(src, "wb-population")
    for iso3, e in eco.items():
        if iso3 in series:
            year = max(series[iso3])
            e.raw["population"] = (int(series[iso3][year]), str(year), ("wb-population",), "")
        elif iso3 in grid and grid[iso3].get("per_capita_Wh"):
            g = grid[iso3]
            # The field is named Wh but holds kWh per head: TWh·1e9 kWh over kWh per head.
            heads = round(g["total_TWh"] * 1e9 / g["per_capita_Wh"])
            e.raw["population"] = (heads, str(g["year"]), ("owid-energy",), "generation / generation per head")


def add_power(src: Sources, eco: dict[str, Economy]) -> None:
    """Power price: Eurostat 20-70 GWh/yr or EIA industrial; else Doing Business 2019; implausible ones dropped."""
    cols = ("iso3", "price_usd_kwh", "consumption_band", "source")
    good = {"Eurostat": ("power-industrial", ("MWH20000-69999", "MWH2000-19999")), "EIA": ("power-eia", ("national_industrial",))}
    for row in read_csv(src.read("power-industrial"), "power-industrial", cols):
        source, bands = good.get(row["source"], ("", ()))
        if row["consumption_band"] in bands and row["iso3"] in eco:
            rule = f"{row['source']} non-household, {row['consumption_band']}, taxes excluded"
            price = to_float(row["price_usd_kwh"], source)
            vintage = POWER_LAST_YEAR.get(row["iso3"], src.vintage(source))
            eco[row["iso3"]].raw["power_price"] = (price, vintage, (source,), rule)
    doing = "Doing Business 2019: 140 kVA warehouse, taxes excluded; overstates large users' tariffs"
    for row in read_csv(src.read("wb-db-power"), "wb-db-power", ("Economy ISO3", "Year", "Price")):
        cents = to_float(row["Price"], "wb-db-power")
        e = eco.get(row["Economy ISO3"])
        if e is None or row["Year"] != "2019" or cents is None or "power_price" in e.raw:
            continue
        if POWER_BOUNDS[0] <= cents / 100 <= POWER_BOUNDS[1]:
            e.raw["power_price"] = (cents / 100, "2019", ("wb-db-power",), doing)


def add_fx(src: Sources, eco: dict[str, Economy]) -> None:
    """Annual log changes of local currency per USD, 2004-2023; volatility is their standard deviation."""
    m49 = dict(M49_EXTRA)
    for row in read_csv(src.read("country-codes"), "country-codes", ("ISO3166-1-Alpha-3", "M49")):
        if row["M49"].strip():
            m49[row["M49"].strip().zfill(3)] = row["ISO3166-1-Alpha-3"]
    series: dict[str, dict[int, float]] = {}
    for row in read_csv(src.read("un-fx"), "un-fx", ("Year", "Country_Code", "Value", "DataSource_Code")):
        iso3 = m49.get(row["Country_Code"].zfill(3))
        value = to_float(row["Value"].replace("NA", ""), "un-fx")
        if iso3 in eco and value and row["DataSource_Code"] != "1401":  # 1401 is proprietary
            series.setdefault(iso3, {})[int(row["Year"])] = value
    for iso3, s in series.items():
        steps = [math.log(s[y] / s[y - 1]) for y in range(FX_YEARS[0], FX_YEARS[1] + 1) if y in s and y - 1 in s]
        if len(steps) < 10 or iso3 in FX_DROP:
            continue
        vol = stdev(steps)
        pegged = vol < 0.005
        peg = "peg or dollarised: the official rate understates the risk of a break" if pegged else ""
        window = f"{FX_YEARS[0]}-{FX_YEARS[1]}"
        regime = "fixed" if pegged else "managed" if vol < 0.02 else "floating"
        raw = eco[iso3].raw
        raw["fx_vol"] = (vol, window, ("un-fx",), peg or "sd of annual log changes of the annual average rate", len(steps))
        raw["fx_mean"] = (sum(steps) / len(steps), window, ("un-fx",), "positive is depreciation", len(steps))
        raw["fx_worst"] = (max(steps), window, ("un-fx",), "largest annual log depreciation", len(steps))
        raw["fx_regime"] = (regime, window, ("un-fx",), "fixed below 0.005, managed below 0.02 annual volatility")


def split_inflation(src: Sources) -> tuple[dict, dict, str]:
    """Consumer and deflator series, with the two files told apart by the USA's consumer inflation of 2023.

    The pinned version of the data set carries each series under the other's name.
    """
    named_cpi, named_gdp = latest_by_iso3(src, "inflation-consumer"), latest_by_iso3(src, "inflation-gdp")

    def is_cpi(series: dict) -> bool:
        return abs(series.get("USA", {}).get(2023, math.inf) - USA_CPI_2023) < 0.02

    if is_cpi(named_cpi) and not is_cpi(named_gdp):
        return named_cpi, named_gdp, ""
    if is_cpi(named_gdp) and not is_cpi(named_cpi):
        return named_gdp, named_cpi, "the source's two files are swapped; told apart by USA 2023 = 4.1 %"
    raise DeriveError("inflation files: not exactly one of the two shows the USA's consumer inflation of 2023 (4.1 %)")


def add_inflation(src: Sources, eco: dict[str, Economy]) -> None:
    """Latest consumer inflation, and the mean and sd of the last ten years."""
    cpi, deflator, note = split_inflation(src)
    for name, series, source in (("cpi", cpi, "inflation-gdp" if note else "inflation-consumer"),
                                 ("deflator", deflator, "inflation-consumer" if note else "inflation-gdp")):
        for iso3, s in series.items():
            recent = [s[y] for y in range(2014, 2024) if y in s]
            if iso3 in eco and len(recent) >= 5:
                eco[iso3].raw[f"inflation_{name}"] = (sum(recent) / len(recent), "2014-2023", (source,), note, len(recent))


def add_currency(src: Sources, eco: dict[str, Economy]) -> None:
    """Alphabetic currency code and two-letter country code (Namibia's is the text NA)."""
    cols = ("ISO3166-1-Alpha-3", "ISO3166-1-Alpha-2", "ISO4217-currency_alphabetic_code")
    for row in read_csv(src.read("country-codes"), "country-codes", cols):
        e = eco.get(row["ISO3166-1-Alpha-3"])
        if e is None:
            continue
        v = src.vintage("country-codes")
        if row["ISO3166-1-Alpha-2"]:
            e.raw["iso2"] = (row["ISO3166-1-Alpha-2"], v, ("country-codes",), "")
        code = row["ISO4217-currency_alphabetic_code"].split(",")[0].strip()
        if code:
            e.raw["currency"] = (code, v, ("country-codes",), "")
    for iso3, (code, why) in CURRENCY_FIX.items():
        if iso3 in eco:
            eco[iso3].raw["currency"] = (code, src.vintage("country-codes"), ("country-codes",), why)


def donor_medians(eco: dict[str, Economy], quantity: str, e: Economy, levels: tuple[str, ...]) -> tuple[float, str, int]:
    """Median over measured economies that agree with `e` on each attribute of `levels`, coarser until enough."""
    for depth in range(len(levels), -1, -1):
        keys = levels[:depth]
        donors = [d.raw[quantity][0] for d in eco.values()
                  if quantity in d.raw and all(getattr(d, k) == getattr(e, k) for k in keys)]
        if len(donors) >= (MIN_DONORS if depth else 1):
            return median(donors), " x ".join(keys) or "all economies", len(donors)
    raise DeriveError(f"no economy has {quantity}")


def income_of(e: Economy) -> tuple[str, str]:
    """Income group and rule; an unclassified economy is placed by GDP per head."""
    if e.income_group != "Not classified":
        return e.income_group, ""
    head = e.raw["gdp_usd"][0] / e.raw["population"][0]
    group = next((name for bound, name in INCOME_BOUNDS if head <= bound), "High income")
    return group, "not classified by the World Bank: placed by GDP per head at its thresholds of fiscal year 2026"


QUANTITIES = (
    # raw name, quantity, unit, imputation levels (None: left out when missing)
    ("gdp_usd", "gdp_usd", "USD", None),
    ("population", "population", "persons", None),
    ("power_price", "power_price_usd_per_kwh", "USD/kWh", ("income_group", "region")),
    ("fx_vol", "fx_volatility_annual", "log/sqrt(year)", ("income_group",)),
    ("fx_mean", "fx_depreciation_mean_annual", "log/year", None),
    ("fx_worst", "fx_worst_year_log_depreciation", "log", None),
    ("fx_regime", "fx_regime", "text", None),
    ("inflation_cpi", "inflation_cpi_mean_pct", "%/year", None),
    ("inflation_deflator", "inflation_deflator_mean_pct", "%/year", None),
    ("grid", "grid_gco2_per_kwh", "gCO2/kWh", ("region",)),
    ("generation", "electricity_generation_twh", "TWh/year", None),
    ("iso2", "iso2", "text", None),
    ("currency", "currency", "text", None),
)


def figures_of(e: Economy, eco: dict[str, Economy], src: Sources) -> list[Figure]:
    """All figures of one economy."""
    key, listed = (e.iso3,), e.iso3 != "TWN"
    wb = ("wb-regions",)
    vintage = src.vintage("wb-regions")
    status = "measured" if listed else "assumed"
    why = "" if listed else "not in the World Bank's list"
    out = [Figure(key, q, v, "text", vintage, status, wb, why) for q, v in (("name", e.name), ("region", e.region))]
    place = e.raw.get("income_rule", "") or why
    out.append(Figure(key, "income_group", e.income_group, "text", vintage,
                      "imputed" if e.raw.get("income_rule") else status, wb, place))
    for raw, quantity, unit, levels in QUANTITIES:
        if raw in e.raw:
            value, when, sources, rule, *n = e.raw[raw]
            out.append(Figure(key, quantity, value, unit, when, "measured", sources, rule, n=n[0] if n else None))
        elif levels is not None:
            value, group, n = donor_medians(eco, raw, e, levels)
            sources = {"power_price": ("wb-db-power", "power-industrial"), "fx_vol": ("un-fx",), "grid": ("owid-energy",)}[raw]
            whens = [d.raw[raw][1] for d in eco.values() if raw in d.raw]
            rule = f"median of {n} economies with a value: same {group}"
            if raw == "fx_vol" and e.iso3 in FX_DROP:
                rule += f"; own series dropped: {FX_DROP[e.iso3]}"
            out.append(Figure(key, quantity, value, unit, max(whens), "imputed", sources, rule, n=n))
    return out


def build(src: Sources) -> tuple[tuple[str, ...], list[Figure]]:
    """Key columns and figures of `nations.csv`."""
    eco = roster(src)
    grid = json.loads(src.read("owid-energy"))
    add_gdp(src, eco)
    add_population(src, eco, grid)
    eco = {i: e for i, e in eco.items() if "gdp_usd" in e.raw and "population" in e.raw}
    for e in eco.values():
        e.income_group, e.raw["income_rule"] = income_of(e)
        g = grid.get(e.iso3)
        if g and g.get("carbon_intensity") is not None:
            e.raw["grid"] = (float(g["carbon_intensity"]), str(g["year"]), ("owid-energy",), "")
        if g and g.get("total_TWh"):
            e.raw["generation"] = (float(g["total_TWh"]), str(g["year"]), ("owid-energy",), "")
    for add in (add_power, add_fx, add_inflation, add_currency):
        add(src, eco)
    return KEYS, [f for i in sorted(eco) for f in figures_of(eco[i], eco, src)]
