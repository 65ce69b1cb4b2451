"""Made-up source files of the real ones' shape, with a manifest of their own.

Small invented numbers: nothing here is anybody's data. `write` fills a folder that `derive.py`
accepts through `--sources`, `--manifest` and `--facts`.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import math
import random
import shutil
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
# What the committed personas.toml cites; that file holds no copied rows and is derived as it stands.
PERSONA_SOURCES = ("pew-chatgpt-2025", "oecd-genai-2025", "eurostat-genai-2025", "bick-2024", "anthropic-index-2025", "chatterji-2025")

# iso3, iso2, M49, currency, region, income group
ECONOMIES = (
    ("USA", "US", "840", "USD", "North America", "High income"),
    ("AAA", "AX", "1", "AAD", "Europe & Central Asia", "High income"),
    ("BBB", "BX", "2", "BBD", "Europe & Central Asia", "High income"),
    ("CCC", "CX", "3", "CCD", "Europe & Central Asia", "High income"),
    ("DDD", "DX", "4", "DDD", "Europe & Central Asia", "High income"),
    ("NAM", "NA", "516", "NAD", "Sub-Saharan Africa ", "Lower middle income"),
    ("VEN", "VE", "862", "VES", "Latin America & Caribbean ", "Not classified"),
    ("ZWE", "ZW", "716", "ZWG", "Sub-Saharan Africa ", "Lower middle income"),
    ("EEE", "EX", "5", "EED", "Sub-Saharan Africa ", "Lower middle income"),
)
WITHOUT_GDP = ("FFF", "FX", "6", "FFD", "Europe & Central Asia", "High income")
POWER = {"AAA": 0.10, "BBB": 0.20, "CCC": 0.12}  # DDD has no price
DOING_BUSINESS = {"NAM": 15.1, "VEN": 123.8, "USA": 9.0}  # VEN is implausible


def table(header: list[str], rows: list[list]) -> bytes:
    """CSV bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def nation_files() -> dict[str, tuple[str, bytes]]:
    """Source id -> (file name, bytes) of the nation sources."""
    economies = (*ECONOMIES, WITHOUT_GDP)
    code = "Country Code"
    years = range(2003, 2024)
    gdp = [[e[0], e[0], 2023, 1e9 * (i + 1)] for i, e in enumerate(ECONOMIES) if e[0] != "VEN"]
    fx = []
    for i, e in enumerate(ECONOMIES):
        for y in years:
            rate = 1.0 if e[0] in ("USA", "ZWE") else 2.0 + 0.3 * math.sin(y * (i + 1))
            fx.append([y, e[2].zfill(3), rate, "4805"])
        fx.append([2023, e[2].zfill(3), 1e6, "1401"])  # proprietary row: must not be read
    cpi = [[e[0], e[0], y, 4.116 if (e[0], y) == ("USA", 2023) else 2.0 + i] for i, e in enumerate(ECONOMIES) for y in range(2014, 2024)]
    deflator = [[e[0], e[0], y, 3.6 + i] for i, e in enumerate(ECONOMIES) for y in range(2014, 2024)]
    inflation = ["Country", code, "Year", "Inflation"]
    codes = ["ISO3166-1-Alpha-3", "ISO3166-1-Alpha-2", "M49", "ISO4217-currency_alphabetic_code"]
    mix = {e[0]: {"carbon_intensity": 100.0 + i, "total_TWh": 1.0 + i, "per_capita_Wh": 5000.0, "year": 2023}
           for i, e in enumerate(ECONOMIES) if e[0] != "DDD"}
    mix["TWN"] = {"carbon_intensity": 600.0, "total_TWh": 250.0, "per_capita_Wh": 10000.0, "year": 2023}
    power = [[i, p, "MWH20000-69999", "Eurostat"] for i, p in POWER.items()]
    power += [["USA", 0.08, "national_industrial", "EIA"], ["DDD", 0.99, "research", "a commercial publisher"]]
    unctad_header = ["Economy_Label", "Year", "US_at_current_prices_Value"]
    return {
        "wb-regions": ("regions.csv", table(["iso3", "country", "region", "income_level"], [[e[0], f"Land {e[0]}", e[4], e[5]] for e in economies])),
        "wb-gdp": ("gdp.csv", table(["Country Name", code, "Year", "Value"], [*gdp, ["VEN", "VEN", 2014, 9e9]])),
        "unctad-gdp": ("unctad.csv", table(unctad_header, [["Venezuela (Bolivarian Rep. of)", 2023, 5e9], ["China, Taiwan Province of", 2023, 7e11]])),
        "wb-population": ("population.csv", table(["Country Name", code, "Year", "Value"], [[e[0], e[0], 2024, 1000000 * (i + 1)] for i, e in enumerate(economies)])),
        "un-fx": ("fx.csv", table(["Year", "Country_Code", "Value", "DataSource_Code"], fx)),
        "inflation-consumer": ("inflation-consumer.csv", table(inflation, deflator)),  # swapped, as in the real commit
        "inflation-gdp": ("inflation-gdp.csv", table(inflation, cpi)),
        "country-codes": ("codes.csv", table(codes, [[e[0], e[1], e[2], e[3]] for e in economies])),
        "power-industrial": ("power.csv", table(["iso3", "price_usd_kwh", "consumption_band", "source"], power)),
        "power-eia": ("power.csv", b""),
        "wb-db-power": ("db.csv", table(["Economy ISO3", "Economy Name", "Year", "Price"], [[i, i, 2019, c] for i, c in DOING_BUSINESS.items()])),
        "owid-energy": ("mix.json", json.dumps(mix).encode()),
    }


def hardware_file() -> bytes:
    """Twenty chips of two countries, some priced, growing by 0.3 in logs a year with a noise of 0.2."""
    header = ["Hardware name", "Manufacturer", "Release date", "Release price (USD)", "Tensor-FP16/BF16 performance (FLOP/s)",
              "FP16 (half precision) performance (FLOP/s)", "FP8 performance (FLOP/s)", "FP4 performance (FLOP/s)",
              "FP32 (single precision) performance (FLOP/s)", "TF32 (TensorFloat-32) performance (FLOP/s)", "INT8 performance (OP/s)",
              "Memory (bytes)", "Memory bandwidth (byte/s)", "Intranode bandwidth (byte/s)", "TDP (W)", "Total processing performance (bit-OP/s)"]
    rng, rows = random.Random(1), []
    for i in range(20):
        maker = "NVIDIA" if i < 12 else "Huawei"
        year, month = 2017 + (i % 8), 1 + i % 9
        flops = 1e14 * math.exp(0.3 * (year + (month - 0.5) / 12 - 2017) + rng.gauss(0, 0.2))
        price = 5000.0 * math.exp(rng.gauss(0, 0.3)) if i % 3 else ""
        name = f"GeForce {i}" if i % 4 == 1 else f"Chip {i}"
        rows.append([name, maker, f"{year}-0{month}-15", price, flops, "", "", "", flops / 8, "", 2 * flops,
                     4e10 * (1 + i % 5), 2e12, "" if i == 6 else 6e11, 300 + 20 * i, 16 * flops])
    return table(header, rows)


ROSTER = """
[chip-4]
epoch = "Chip 4"
vendor = "nvidia"
class = "data_centre"
[chip-3]
epoch = "Chip 3"
vendor = "nvidia"
class = "data_centre"
sister = "chip-4"
[chip-6]
epoch = "Chip 6"
vendor = "nvidia"
class = "data_centre"
sold = false
[card-1]
vendor = "nvidia"
class = "consumer"
fact.release_date = { value = "2025-01-30", source = "a-data-sheet" }
fact.fp16_dense_tflops = { value = 209.5, source = "a-data-sheet" }
fact.memory_gb = { value = 32, source = "a-data-sheet" }
fact.memory_bandwidth_gbs = { value = 1792, source = "a-data-sheet" }
fact.interconnect_gbs = { value = 64, source = "a-data-sheet" }
fact.tdp_w = { value = 575, source = "a-data-sheet" }
fact.launch_price_usd = { value = 1999, source = "a-data-sheet" }
"""

RELIABILITY = """
[[fact]]
subject = "data_centre_gpu"
quantity = "failures_per_gpu_day"
events = 10
exposure = 1000
unit = "1/GPU-day"
source = "a-data-sheet"
rule = "invented"
[[fact]]
subject = "site_daejeon_2025"
quantity = "share_restored_day_10"
value = 0.2
day = 10
unit = "1"
source = "daejeon-2025"
rule = "invented"
[[fact]]
subject = "site_daejeon_2025"
quantity = "share_restored_day_22"
value = 0.5
day = 22
unit = "1"
source = "daejeon-2025"
rule = "invented"
[[fact]]
subject = "consumer_gpu"
quantity = "life_years"
value = 4
unit = "year"
assumed = true
source = "none"
rule = "invented"
"""


def market_files() -> dict[str, tuple[str, bytes]]:
    """Offers, lists, clusters and regions."""
    def offer(provider: str, price: float, tier: str, caveats: list[str]) -> dict:
        return {"provider_id": provider, "gpu_model": "CARD ONE", "vram_gb": 32, "tier": tier, "is_spot": tier == "spot",
                "price_usd_hour": price, "collected_at": "2026-05-24", "caveats": caveats}

    offers = [offer("some-cloud", p, "on-demand", []) for p in (1.0, 2.0, 4.0)]
    offers += [offer("vast-ai", 0.5, "marketplace", []), offer("some-cloud", 99.0, "on-demand", ["Virtualized GPU"])]
    cloud_list = table(["Cloud", "GPU Type", "GPUs", "On-demand", "Per-GPU", "Spot"],
                       [["AWS", "CARD ONE (32 GB)", 8, 80, 10, 24], ["Small", "CARD ONE (32 GB)", 1, 5, 5, ""], ["Dataoorts", "CARD ONE (32 GB)", 1, 0.1, 0.1, ""]])
    cluster = ["Name", "Status", "Certainty", "Country", "Possible Duplicate", "H100 equivalents", "Power Capacity (MW)", "Sector"]
    clusters = [["a", "Existing", "Confirmed", "Germany", "", 100, 1, "Public"], ["b", "Existing", "Likely", "Germany", "", 300, "", "Private"],
                ["c", "Existing", "Confirmed", "Germany", "True", 999, 1, "Private"], ["d", "Planned", "Likely", "Japan", "", 999, 1, "Private"],
                ["e", "Existing", "Confirmed", "Japan", "", "", 2, ""], ["f", "Existing", "Confirmed", "", "", 999, 2, ""]]
    regions = {"regions": [{"provider": "aws", "regionType": kind, "location": {"countryCode": place}, "services": {"gpu": gpu}}
                           for kind, place, gpu in (("commercial", "NA", True), ("commercial", "NA", None), ("government", "US", True))]}
    return {
        "gpu-offers": ("offers.json", json.dumps(offers).encode()),
        "cloud-list-2023": ("list-2023.csv", cloud_list),
        "cloud-list-2025": ("list-2025.csv", cloud_list),
        "epoch-clusters": ("clusters.csv", table(cluster, clusters)),
        "cloud-regions": ("cloud-regions.json", json.dumps(regions).encode()),
    }


def trace_files() -> dict[str, tuple[str, bytes]]:
    """Job traces and the exchange-rate archive."""
    rng = random.Random(2)
    pods = [[1, 1000, "Failed" if i % 4 == 0 else "Succeeded", 100 * i, 100 * i + rng.lognormvariate(5, 1)] for i in range(80)]
    serving = [["HN", 10 * i, 10 * i + rng.lognormvariate(6, 1)] for i in range(60)] + [["CN", 0, 5]]
    acme_header = ["id", "gpu_job_num", "avg_run_time_gpu", "med_run_time_gpu", "avg_gpu_num", "fail_rate_gpu", "fail_rate_gpu_time"]
    rates, level = [], 1.1
    for day in range(900):
        level *= math.exp(rng.gauss(0, 0.004) + (0.1 if day == 600 else 0.0))
        rates.append([f"{2015 + day // 336}-{1 + day % 336 // 28:02d}-{1 + day % 28:02d}", 1.1, round(level, 6), "N/A"])
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr(zipfile.ZipInfo("rates.csv"), table(["Date", "USD", "AAD", "OLD"], rates[::-1]))
    return {
        "philly": ("philly.csv", table(["runtime"], [[rng.lognormvariate(7, 1.5)] for _ in range(200)])),
        "alibaba-pods": ("pods.csv", table(["num_gpu", "gpu_milli", "pod_phase", "scheduled_time", "deletion_time"], pods)),
        "alibaba-dlrm": ("dlrm.csv", table(["role", "creation_time", "deletion_time"], serving)),
        "acme": ("acme.csv", table(acme_header, [["Seren", 1000, 800.0, 100.0, 5.0, 0.4, ""], ["Other", 1, 1, 1, 1, 1, 1]])),
        "ecb-fx": ("rates.zip", archive.getvalue()),
    }


def token_files() -> dict[str, tuple[str, bytes]]:
    """Six hundred daily prices per token, in the two shapes that the real files have."""
    out, start = {}, dt.date(2020, 11, 1)
    for seed, token in enumerate(("GLM", "AR", "STORJ", "SC", "FET", "BTC", "ETH", "FIL", "HNT")):
        rng, price, rows = random.Random(10 + seed), 1.0, [["2014-09-17", ""]]
        for day in range(600):
            price *= math.exp(rng.gauss(0, 0.05))
            rows.append([str(start + dt.timedelta(day)), price])
        header = ["snapped_at", "price"] if token == "HNT" else ["Date", "Close"]
        out["token-" + token.lower()] = (f"{token}.csv", table(header, rows))
    return out


def spot_members() -> dict[str, bytes]:
    """Two spot traces with spells of changing length."""
    def trace(seed: int) -> bytes:
        rng, states = random.Random(seed), []
        while len(states) < 2000:
            states += [1] * rng.randint(1, 30) + [0] * rng.randint(1, 10)
        return json.dumps({"metadata": {"gap_seconds": 300}, "data": states}).encode()

    return {"availability__a.json": trace(3), "preemption__b.json": trace(4)}


def write(folder: Path) -> list[str]:
    """Writes sources, manifest and facts under `folder`; returns the command line for `derive.main`."""
    sources = folder / "sources"
    (sources / "spot").mkdir(parents=True)
    files = {**nation_files(), **market_files(), **trace_files(), **token_files(), "epoch-hardware": ("hardware.csv", hardware_file())}
    files["power-eia"] = files["power-industrial"]
    for name, data in files.values():
        (sources / name).write_bytes(data)
    common = 'publisher = "nobody"\ntitle = "made up"\norigin = "this test"\nlicence = "CC0-1.0"\nretrieved = "2026-01-01"\n'
    vintage = {"cloud-list-2023": "2023-10-30", "cloud-list-2025": "2025-03-07"}
    text = "".join(f'[[source]]\nid = "{i}"\nfile = "{name}"\n{common}vintage = "{vintage.get(i, "2023")}"\nsha256 = "{digest(data)}"\n'
                   for i, (name, data) in files.items())
    members = spot_members()
    for name, data in members.items():
        (sources / "spot" / name).write_bytes(data)
    listing = "".join(f"{digest(d)}  {n}\n" for n, d in sorted(members.items()))
    text += f'[[source]]\nid = "spot-traces"\nfile = "spot"\n{common}vintage = "2023"\nsha256 = "{digest(listing.encode())}"\n[source.members]\n'
    text += "".join(f'"{n}" = "{digest(d)}"\n' for n, d in members.items())
    text += "".join(f'[[citation]]\nid = "{i}"\n{common}vintage = "2025"\n' for i in ("a-data-sheet", "daejeon-2025", *PERSONA_SOURCES))
    (folder / "manifest.toml").write_text(text)
    (folder / "accelerators.toml").write_text(ROSTER)
    (folder / "reliability.toml").write_text(RELIABILITY)
    shutil.copy(HERE.parent / "personas.toml", folder)
    return ["--sources", str(sources), "--manifest", str(folder / "manifest.toml"), "--facts", str(folder), "--out", str(folder / "out")]


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
