"""M/M/1 as a plain Python loop over `heapq`: what someone would write without a library."""

import random
from collections import deque
from heapq import heappop, heappush

from mm1 import MEAN_INTERARRIVAL, MEAN_SERVICE, Result, main

ARRIVE = 0
LEAVE = 1


def run(customers: int, seed: int) -> Result:
    """Serve everyone."""
    arrival = random.Random(2 * seed).expovariate
    service = random.Random(2 * seed + 1).expovariate
    arrival_rate, service_rate = 1 / MEAN_INTERARRIVAL, 1 / MEAN_SERVICE
    events = [(arrival(arrival_rate), ARRIVE)]
    waiting: deque[float] = deque()
    to_come, busy = customers - 1, False
    waited = area = changed = now = 0.0
    while events:
        now, what = heappop(events)
        if what == ARRIVE:
            if to_come:
                to_come -= 1
                heappush(events, (now + arrival(arrival_rate), ARRIVE))
            if busy:
                area += len(waiting) * (now - changed)
                changed = now
                waiting.append(now)
                continue
        elif waiting:
            area += len(waiting) * (now - changed)
            changed = now
            waited += now - waiting.popleft()
        else:
            busy = False
            continue
        busy = True
        heappush(events, (now + service(service_rate), LEAVE))
    return Result(waited / customers, area / now)


if __name__ == "__main__":
    main("heapq loop", run)
