"""`job_sizes.csv`: how long jobs run, how many accelerators they take, how often they fail.

Each sample is one public trace (or part of it) with the workload class it stands for. The mapping is an
approximation, stated per row: a serving instance holds capacity and is no single request. `variability` is
(1 + cv^2)/2 of the raw sample, the upper end of the effective variability V of the queueing rule: heavy
tails overstate waits several times, so the model fits its V to the jobs level and starts from `cv_trimmed`.
"""

from __future__ import annotations

from math import log
from statistics import fmean, pstdev

from distributions import lognormal
from figures import DeriveError, Figure, median, quantile, read_csv, to_float
from manifest import Sources

KEYS = ("sample",)
MIN_SECONDS = 60.0
CLASSES = {
    "philly_jobs": ("training", "GPU jobs of at least one minute, deep-learning cluster, 2017"),
    "alibaba_pods": ("fine_tuning", "GPU pods that ended (succeeded or failed), 2023"),
    "alibaba_serving": ("inference", "life of GPU serving instances, 2025: capacity held, not one request"),
    "acme_seren": ("training", "language-model cluster, 2023; lognormal implied by mean and median"),
    "acme_kalos": ("training", "language-model cluster, 2023; lognormal implied by mean and median"),
    "acme_helios": ("training", "research cluster; lognormal implied by mean and median"),
    "acme_pai": ("inference", "cloud cluster, mixed; lognormal implied by mean and median"),
    "acme_philly": ("training", "the Philly cluster as AcmeTrace summarises it"),
}


def sample_figures(name: str, seconds: list[float], source: str, vintage: str) -> list[Figure]:
    """Moments, lognormal fit and variability of a sample of durations."""
    work_class, what = CLASSES[name]
    if len(seconds) < 30:
        raise DeriveError(f"{source}: only {len(seconds)} durations for {name}")
    mu, sigma = lognormal(seconds)
    mean = fmean(seconds)
    cv = pstdev(seconds) / mean
    cut = quantile(seconds, 0.99)
    trimmed = [s for s in seconds if s <= cut]
    rows = [("mean_seconds", mean, "s"), ("median_seconds", median(seconds), "s"), ("p99_seconds", cut, "s"),
            ("lognormal_mu_ln_seconds", mu, "ln s"), ("lognormal_sigma", sigma, "1"), ("cv", cv, "1"),
            ("cv_trimmed", pstdev(trimmed) / fmean(trimmed), "1"), ("variability", (1 + cv * cv) / 2, "1")]
    out = [Figure((name,), q, v, u, vintage, "calibrated" if q.startswith("lognormal") else "measured", (source,),
                  what + ("; without the longest 1 %" if q == "cv_trimmed" else ""), n=len(seconds)) for q, v, u in rows]
    out.append(Figure((name,), "workload_class", work_class, "text", vintage, "assumed", (source,), f"stands for this class: {what}"))
    return out


def durations(rows: list[dict], source: str, start: str, end: str) -> list[float]:
    """Positive spans in seconds between two columns."""
    out = []
    for row in rows:
        a, b = to_float(row[start], source), to_float(row[end], source)
        if a is not None and b is not None and b > a:
            out.append(b - a)
    return out


def gpus_and_failures(src: Sources) -> list[Figure]:
    """Accelerators per pod and the share of ended pods that failed, Alibaba 2023."""
    source, need = "alibaba-pods", ("num_gpu", "gpu_milli", "pod_phase")
    rows = [r for r in read_csv(src.read(source), source, need) if int(r["num_gpu"]) > 0]
    share = [int(r["num_gpu"]) * (float(r["gpu_milli"]) / 1000 if r["num_gpu"] == "1" else 1.0) for r in rows]
    ended = [r["pod_phase"] for r in rows if r["pod_phase"] in ("Succeeded", "Failed")]
    key, v, s = ("alibaba_pods",), src.vintage(source), (source,)
    return [
        Figure(key, "gpus_per_job_mean", fmean(share), "GPU", v, "measured", s, "fractions of a GPU counted as such", n=len(share)),
        Figure(key, "gpus_per_job_max", max(share), "GPU", v, "measured", s, n=len(share)),
        Figure(key, "failure_share", ended.count("Failed") / len(ended), "1", v, "measured", s,
               "of pods that ended: a sampled pod list in which success is rare, an upper bound", n=len(ended)),
    ]


def acme_figures(src: Sources) -> list[Figure]:
    """Cluster summaries: sizes, failure shares, and the lognormal that mean and median imply."""
    out, source = [], "acme"
    v, s = src.vintage(source), (source,)
    need = ("id", "gpu_job_num", "avg_run_time_gpu", "med_run_time_gpu", "avg_gpu_num", "fail_rate_gpu", "fail_rate_gpu_time")
    for row in read_csv(src.read(source), source, need):
        name = "acme_" + row["id"].lower()
        if name not in CLASSES:
            continue
        work_class, what = CLASSES[name]
        n = int(float(row["gpu_job_num"]))
        mean, mid = float(row["avg_run_time_gpu"]), float(row["med_run_time_gpu"])
        out.append(Figure((name,), "workload_class", work_class, "text", v, "assumed", s, f"stands for this class: {what}"))
        # For a lognormal, mean/median = exp(sigma^2/2) and cv^2 + 1 = (mean/median)^2.
        implied = [("lognormal_mu_ln_seconds", log(mid), "ln s"), ("lognormal_sigma", (2 * log(mean / mid)) ** 0.5, "1"),
                   ("cv", ((mean / mid) ** 2 - 1) ** 0.5, "1")]
        out += [Figure((name,), q, x, u, v, "calibrated", s, what, n=n) for q, x, u in implied]
        plain = [("mean_seconds", mean, "s"), ("median_seconds", mid, "s"), ("gpus_per_job_mean", float(row["avg_gpu_num"]), "GPU")]
        for q, column in (("failure_share", "fail_rate_gpu"), ("failure_share_of_gpu_time", "fail_rate_gpu_time")):
            share = to_float(row[column], source)
            if share is not None:
                plain.append((q, share, "1"))
        out += [Figure((name,), q, x, u, v, "measured", s, what, n=n) for q, x, u in plain]
    return out


def build(src: Sources) -> tuple[tuple[str, ...], list[Figure]]:
    """Key columns and figures of `job_sizes.csv`."""
    philly = [to_float(r["runtime"], "philly") for r in read_csv(src.read("philly"), "philly", ("runtime",))]
    pods = read_csv(src.read("alibaba-pods"), "alibaba-pods", ("num_gpu", "pod_phase", "scheduled_time", "deletion_time"))
    ended = [r for r in pods if int(r["num_gpu"]) > 0 and r["pod_phase"] in ("Succeeded", "Failed")]
    serving = [r for r in read_csv(src.read("alibaba-dlrm"), "alibaba-dlrm", ("role", "creation_time", "deletion_time")) if r["role"] == "HN"]
    out = sample_figures("philly_jobs", [p for p in philly if p is not None and p >= MIN_SECONDS], "philly", src.vintage("philly"))
    out += sample_figures("alibaba_pods", durations(ended, "alibaba-pods", "scheduled_time", "deletion_time"), "alibaba-pods", src.vintage("alibaba-pods"))
    out += sample_figures("alibaba_serving", durations(serving, "alibaba-dlrm", "creation_time", "deletion_time"), "alibaba-dlrm", src.vintage("alibaba-dlrm"))
    return KEYS, out + gpus_and_failures(src) + acme_figures(src)
