"""`compute_by_country.csv` and `cloud_regions.csv`: where accelerators and cloud regions are.

Clusters are Epoch AI's: existing, confirmed or likely, no possible duplicates, in one country. They
cover a tenth to a fifth of the world's stock by Epoch's own estimate, and Chinese entries are
anonymised, so shares between countries are rough. A cloud region's GPU flag has many false negatives:
what is counted is a lower bound, and the number of regions the upper one.
"""

from __future__ import annotations

import json
from collections import defaultdict

from distributions import lognormal
from figures import DeriveError, Figure, read_csv, to_float
from manifest import Sources

COUNTRY_KEYS = ("iso3",)
REGION_KEYS = ("provider_group", "iso3")
COUNTRIES = {
    "China": "CHN", "United States of America": "USA", "Japan": "JPN", "France": "FRA", "Korea (Republic of)": "KOR",
    "India": "IND", "Germany": "DEU", "Saudi Arabia": "SAU", "Brazil": "BRA", "United Arab Emirates": "ARE", "Italy": "ITA",
    "United Kingdom of Great Britain and Northern Ireland": "GBR", "Sweden": "SWE", "Russia": "RUS", "Canada": "CAN",
    "Taiwan": "TWN", "Singapore": "SGP", "Thailand": "THA", "Finland": "FIN", "Australia": "AUS", "Switzerland": "CHE",
    "Hong Kong": "HKG", "Poland": "POL", "Malaysia": "MYS", "Norway": "NOR", "Israel": "ISR", "Netherlands": "NLD",
    "Iceland": "ISL", "Vietnam": "VNM", "Philippines (the)": "PHL", "Spain": "ESP", "Denmark": "DNK", "Luxembourg": "LUX",
    "Czechia": "CZE", "Slovenia": "SVN", "Mexico": "MEX", "Indonesia": "IDN",
}
GROUPS = {  # provider -> (group, home of the group)
    "aws": ("aws", "USA"), "azure": ("azure", "USA"), "gcp": ("gcp", "USA"), "oci": ("oracle", "USA"),
    "digitalocean": ("digitalocean", "USA"), "paperspace": ("digitalocean", "USA"), "linode": ("akamai", "USA"),
    "vultr": ("vultr", "USA"), "crusoe": ("crusoe", "USA"), "coreweave": ("coreweave", "USA"), "lambda": ("lambda", "USA"),
    "ovh": ("ovh", "FRA"), "scaleway": ("scaleway", "FRA"), "hetzner": ("hetzner", "DEU"),
}
EPOCH = "epoch-clusters"


def build_compute(src: Sources) -> tuple[tuple[str, ...], list[Figure]]:
    """Key columns and figures of `compute_by_country.csv`; the key WLD is the sum of what is tracked."""
    cols = ("Name", "Status", "Certainty", "Country", "Possible Duplicate", "H100 equivalents", "Power Capacity (MW)", "Sector")
    by_country: dict[str, list[tuple[float | None, float | None, str]]] = defaultdict(list)
    for row in read_csv(src.read(EPOCH), EPOCH, cols):
        if row["Status"] != "Existing" or row["Certainty"] == "Unlikely" or row["Possible Duplicate"] == "True":
            continue
        if row["Country"].strip() in ("",) or "," in row["Country"]:
            continue
        if row["Country"] not in COUNTRIES:
            raise DeriveError(f"{EPOCH}: country {row['Country']!r} of {row['Name']!r} has no code here")
        size, power = (to_float(row[c], EPOCH) for c in ("H100 equivalents", "Power Capacity (MW)"))
        by_country[COUNTRIES[row["Country"]]].append((size, power, row["Sector"]))
    world = sum(s or 0.0 for rows in by_country.values() for s, _, _ in rows)
    figures = [f for iso3, rows in by_country.items() for f in country_figures(iso3, rows, world, src.vintage(EPOCH))]
    figures.append(Figure(("WLD",), "h100e_tracked", world, "H100e", src.vintage(EPOCH), "measured", (EPOCH,), "sum over countries"))
    figures.append(Figure(("WLD",), "coverage", 0.15, "1", src.vintage(EPOCH), "assumed", (EPOCH,),
                          "mid-point of the publisher's range for the share of the world's stock", 0.1, 0.2))
    return COUNTRY_KEYS, figures + size_figures([s for rows in by_country.values() for s, _, _ in rows if s], src.vintage(EPOCH))


def size_figures(sizes: list[float], vintage: str) -> list[Figure]:
    """Lognormal fit of cluster sizes over all countries."""
    mu, sigma = lognormal(sizes)
    rule = "clusters with a size, all countries; small clusters are tracked less, so the median is too high"
    return [Figure(("WLD",), quantity, value, unit, vintage, "calibrated", (EPOCH,), rule, n=len(sizes))
            for quantity, value, unit in (("cluster_lognormal_mu_ln_h100e", mu, "ln H100e"), ("cluster_lognormal_sigma", sigma, "1"))]


def country_figures(iso3: str, rows: list, world: float, vintage: str) -> list[Figure]:
    """Sums, the largest cluster and the public share of one country."""
    sized = [(s, sector) for s, _, sector in rows if s is not None]
    total = sum(s for s, _ in sized)
    rule = "existing, confirmed or likely, no possible duplicate; tracked only"
    key, n = (iso3,), len(rows)

    def fig(quantity: str, value: float, unit: str, note: str = rule, count: int = n) -> Figure:
        return Figure(key, quantity, value, unit, vintage, "measured", (EPOCH,), note, n=count)

    out = [fig("clusters", n, "clusters"), fig("h100e_tracked", total, "H100e", f"{rule}; {n - len(sized)} clusters without a size", len(sized)),
           fig("power_mw_tracked", sum(p or 0.0 for _, p, _ in rows), "MW", rule, sum(p is not None for _, p, _ in rows))]
    if total > 0:
        out += [fig("h100e_largest_cluster", max(s for s, _ in sized), "H100e", rule, len(sized)),
                fig("share_of_tracked", total / world, "1", rule, len(sized))]
        known = [(s, sector) for s, sector in sized if sector]
        if sum(s for s, _ in known) > 0:
            public = sum(s for s, sector in known if sector == "Public") / sum(s for s, _ in known)
            out.append(fig("public_share", public, "1", "H100e of sector Public over all with a sector", len(known)))
    return out


def build_regions(src: Sources) -> tuple[tuple[str, ...], list[Figure]]:
    """Key columns and figures of `cloud_regions.csv`."""
    iso3 = {r["ISO3166-1-Alpha-2"]: r["ISO3166-1-Alpha-3"]
            for r in read_csv(src.read("country-codes"), "country-codes", ("ISO3166-1-Alpha-2", "ISO3166-1-Alpha-3"))}
    count: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for region in json.loads(src.read("cloud-regions"))["regions"]:
        if region["provider"] not in GROUPS:
            raise DeriveError(f"cloud-regions: provider {region['provider']!r} has no group here")
        place = GROUPS[region["provider"]][0], iso3[region["location"]["countryCode"]]
        tally = count[place]
        if region["regionType"] == "commercial":
            tally[0] += 1
            tally[1] += bool(region.get("services", {}).get("gpu"))
        else:
            tally[2] += 1
    v, s = src.vintage("cloud-regions"), ("cloud-regions",)
    out = []
    for key, (regions, gpu, restricted) in count.items():
        out += [Figure(key, "regions", regions, "regions", v, "measured", s, "open to any customer"),
                Figure(key, "gpu_regions", gpu, "regions", v, "measured", s,
                       "listed with GPUs; the flag has false negatives: between this and all regions", gpu, regions),
                Figure(key, "restricted_regions", restricted, "regions", v, "measured", s, "government, sovereign or run by a local partner")]
    for group, home in sorted(set(GROUPS.values())):
        out.append(Figure((group, home), "group_home", 1, "flag", v, "measured", s, "headquarters of the group"))
    return REGION_KEYS, out
