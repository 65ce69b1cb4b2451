"""What the peers share: one M/M/1 queue, its theory, and the check that a peer simulates it.

One server, one queue, Poisson arrivals and exponential services; the rates of `autarky_benches::workload::mm1`
(load 0.8, services of one second on average). It simulates nothing itself: every peer does that in its own library's
way and hands its `Result` to `main`.

Theory at load r = arrival rate / service rate m: mean wait r / (m (1 - r)), mean number waiting r^2 / (1 - r).
Tolerance: `STANDARD_ERRORS` asymptotic standard errors, false-alarm rate 1e-5 per mean. With services of mean 1,
the asymptotic variance is r (2 + 5 r - 4 r^2 + r^3) / (1 - r)^4 per customer for the mean wait (Daley 1968) and
2 r (1 + r) / (1 - r)^4 per mean service time for the number in the system (Whitt 1989), which bounds that of the
number waiting.
"""

import argparse
import json
import math
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

MEAN_INTERARRIVAL = 1.25
"""Mean time between arrivals, seconds."""
MEAN_SERVICE = 1.0
"""Mean service time, seconds."""
LOAD = MEAN_SERVICE / MEAN_INTERARRIVAL
MEAN_WAIT = LOAD * MEAN_SERVICE / (1 - LOAD)
"""Mean wait before service in theory, seconds."""
MEAN_WAITING = LOAD**2 / (1 - LOAD)
"""Time average of the number waiting in theory."""
STANDARD_ERRORS = 4.4
MINIMUM_CUSTOMERS = 50_000
"""Below this the normal approximation behind the tolerance is poor, and the tolerance nears a quarter of the mean."""


class Result(NamedTuple):
    """What a peer measured."""

    mean_wait: float
    """Mean wait before service, seconds."""
    mean_waiting: float
    """Time average of the number waiting."""


def tolerance(customers: int) -> Result:
    """How far the means of a run of `customers` may lie from theory."""
    wait = LOAD * (2 + 5 * LOAD - 4 * LOAD**2 + LOAD**3) / (1 - LOAD) ** 4 * MEAN_SERVICE**2 / customers
    services = customers * MEAN_INTERARRIVAL / MEAN_SERVICE
    waiting = 2 * LOAD * (1 + LOAD) / (1 - LOAD) ** 4 / services
    return Result(STANDARD_ERRORS * math.sqrt(wait), STANDARD_ERRORS * math.sqrt(waiting))


def disagreement(result: Result, customers: int) -> str | None:
    """Why `result` cannot come from this queue, or None."""
    allowed = tolerance(customers)
    checks = [
        ("mean wait", result.mean_wait, MEAN_WAIT, allowed.mean_wait),
        ("mean number waiting", result.mean_waiting, MEAN_WAITING, allowed.mean_waiting),
    ]
    for what, found, theory, allow in checks:
        # Written so that a NaN disagrees.
        if not abs(found - theory) <= allow:
            return f"{what} {found:.4f}, theory {theory:.4f} ± {allow:.4f} over {customers} customers"
    return None


def customers_argument(text: str) -> int:
    """Parse a number of customers; argparse reports the error."""
    customers = int(text)
    if customers < MINIMUM_CUSTOMERS:
        raise argparse.ArgumentTypeError(f"at least {MINIMUM_CUSTOMERS} customers, for the check against theory")
    return customers


def main(name: str, run: Callable[[int, int], Result]) -> None:
    """Time `run(customers, seed)`, check its means, and print the figures as JSON; exit 1 when the means are wrong.

    Interpreter start and imports are not timed. The time is processor time: a peer runs for seconds on one thread and
    would lose its core to others on a busy machine, where the engine's rounds of milliseconds mostly would not.
    """
    parser = argparse.ArgumentParser(description=f"M/M/1 by {name}, in customers a second")
    parser.add_argument("--customers", type=customers_argument, default=250_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start = time.process_time()
    result = run(options.customers, options.seed)
    seconds = time.process_time() - start
    problem = disagreement(result, options.customers)
    if problem is not None:
        sys.exit(f"{name}: {problem}")
    figures = {"name": name, "customers_per_second": options.customers / seconds, **result._asdict()}
    print(json.dumps(figures))
