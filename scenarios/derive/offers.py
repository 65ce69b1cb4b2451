"""`rental_prices.csv`: USD per GPU-hour and per H100e-hour by accelerator, channel and date.

Medians with quartiles over listings, one listing per provider, instance and term. Channels follow who sells:
hyperscale clouds, specialist clouds, marketplaces of other people's machines, and networks of
independent hosts. Listings are asking prices on public pages, not transactions.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict

from figures import Figure, median, quantile, read_csv, to_float
from manifest import Sources

KEYS = ("accelerator", "channel", "date")
HYPERSCALE = {"AWS", "GCP", "Azure", "Oracle Cloud"}
MARKETPLACE = {"vast-ai", "tensordock"}
NETWORK = {"akash", "salad", "spheron"}
SHARED_GPU = {"Dataoorts"}  # sells shares of a GPU under the whole GPU's name in the list of 2025
# First pattern that matches wins; a name that matches none is not an accelerator of ours.
NAMES = (
    (r"\bmod\)|GH200|NVL\b|A800|MI350|PRO-A6000|RTX A6000|Quadro", None),
    (r"GB300", "gb300-nvl-288gb"), (r"\bB300", "b300-sxm-270gb"), (r"\bB200", "b200-sxm-180gb"),
    (r"\bH200", "h200-sxm-141gb"), (r"\bH100 ?PCIe", "h100-pcie-80gb"), (r"\bH100", "h100-sxm5-80gb"),
    (r"\bA100", "a100-sxm4-80gb"), (r"\bL40S", "l40s-48gb"), (r"MI300X", "mi300x-192gb"),
    (r"RTX 5090", "rtx-5090-32gb"), (r"RTX 4090", "rtx-4090-24gb"), (r"RTX 3090(?! Ti)", "rtx-3090-24gb"),
    (r"RTX 6000 Ada", "rtx-6000-ada-48gb"), (r"RTX (PRO|Pro) 6000|RTX 6000 Pro", "rtx-pro-6000-96gb"),
)
LISTS = ("cloud-list-2023", "cloud-list-2025")


def accelerator(name: str, memory_gb: float) -> str | None:
    """Our id for a listing's GPU name, or None; an A100 counts only with 80 GB."""
    for pattern, ident in NAMES:
        if re.search(pattern, name):
            return None if ident == "a100-sxm4-80gb" and memory_gb < 79 else ident
    return None


def channel_of(offer: dict) -> str:
    """Channel of a row of the offers file."""
    provider, tier = offer["provider_id"], offer["tier"]
    if provider in NETWORK:
        return "network"
    if provider in MARKETPLACE or tier in ("community", "marketplace"):
        return "marketplace_spot" if tier == "spot" else "marketplace"
    return "specialist_spot" if offer["is_spot"] else "specialist_on_demand"


def listings(src: Sources) -> dict[tuple[str, str, str], list[tuple[float, str]]]:
    """(accelerator, channel, date) -> [(USD per GPU-hour, source)]."""
    out: dict[tuple[str, str, str], list[tuple[float, str]]] = defaultdict(list)
    for offer in json.loads(src.read("gpu-offers")):
        ident = accelerator(offer["gpu_model"], offer["vram_gb"] or 0)
        virtual = any("Virtualized" in c for c in offer.get("caveats") or [])
        if ident and offer["price_usd_hour"] and not virtual:
            out[ident, channel_of(offer), offer["collected_at"]].append((float(offer["price_usd_hour"]), "gpu-offers"))
    for source in LISTS:
        for row in read_csv(src.read(source), source, ("Cloud", "GPU Type", "GPUs", "Per-GPU", "Spot")):
            memory = re.search(r"(\d+) ?GB", row["GPU Type"])
            ident = accelerator(row["GPU Type"], float(memory[1]) if memory else 0)
            if not ident or row["Cloud"] in SHARED_GPU:
                continue
            group = "hyperscale" if row["Cloud"] in HYPERSCALE else "specialist"
            price, spot = to_float(row["Per-GPU"], source), to_float(row["Spot"], source)
            if price:
                out[ident, f"{group}_on_demand", src.vintage(source)].append((price, source))
            if spot:
                out[ident, f"{group}_spot", src.vintage(source)].append((spot / float(row["GPUs"]), source))
    return out


def build(src: Sources, h100e: dict[str, float]) -> tuple[tuple[str, ...], list[Figure]]:
    """Key columns and figures of `rental_prices.csv`; `h100e` is compute per accelerator."""
    figures = []
    for key, rows in listings(src).items():
        prices, sources = [p for p, _ in rows], tuple(sorted({s for _, s in rows}))
        rule = "median and quartiles of listed prices" if len(prices) > 1 else "a single listing"
        for quantity, unit, scale in (("usd_per_gpu_hour", "USD/GPU-hour", 1.0), ("usd_per_h100e_hour", "USD/H100e-hour", h100e[key[0]])):
            ends = [quantile(prices, p) / scale for p in (0.25, 0.75)] if len(prices) > 1 else [None, None]
            figures.append(Figure(key, quantity, median(prices) / scale, unit, key[2], "measured", sources, rule, *ends, len(prices)))
    return KEYS, figures + ratios(src)


def ratios(src: Sources) -> list[Figure]:
    """Spot over on-demand price of the same listing, over all accelerators of a channel."""
    out, found = [], defaultdict(list)
    for row in read_csv(src.read("cloud-list-2025"), "cloud-list-2025", ("Cloud", "GPUs", "On-demand", "Spot")):
        price, spot = to_float(row["On-demand"], "cloud-list-2025"), to_float(row["Spot"], "cloud-list-2025")
        if price and spot and row["Cloud"] not in SHARED_GPU:
            found["hyperscale" if row["Cloud"] in HYPERSCALE else "specialist"].append(spot / price)
    for group, values in found.items():
        out.append(Figure(("all", f"{group}_spot", src.vintage("cloud-list-2025")), "spot_over_on_demand", median(values), "1",
                          src.vintage("cloud-list-2025"), "measured", ("cloud-list-2025",),
                          "median and quartiles over listings with both prices",
                          quantile(values, 0.25), quantile(values, 0.75), len(values)))
    return out
