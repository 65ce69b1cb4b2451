"""M/M/1 in SimPy: a process per customer, a resource for the server, as in SimPy's own bank example."""

import random

import simpy
from mm1 import MEAN_INTERARRIVAL, MEAN_SERVICE, Result, main


class Queue:
    """The server and its statistics: sum of waits, and area under the number waiting."""

    def __init__(self, env: simpy.Environment, seed: int) -> None:
        self.env = env
        self.server = simpy.Resource(env, capacity=1)
        self.arrivals = random.Random(2 * seed)
        self.services = random.Random(2 * seed + 1)
        self.waited = 0.0
        self.waiting = 0
        self.area = 0.0
        self.changed = 0.0

    def change(self, step: int) -> None:
        """The number waiting changes by `step` now."""
        now = self.env.now
        self.area += self.waiting * (now - self.changed)
        self.changed = now
        self.waiting += step

    def customer(self):
        """Wait for the server, be served, leave."""
        arrived = self.env.now
        with self.server.request() as turn:
            self.change(1)
            yield turn
            self.change(-1)
            self.waited += self.env.now - arrived
            yield self.env.timeout(self.services.expovariate(1 / MEAN_SERVICE))

    def source(self, customers: int):
        """Send `customers` in, one after another."""
        for _ in range(customers):
            yield self.env.timeout(self.arrivals.expovariate(1 / MEAN_INTERARRIVAL))
            self.env.process(self.customer())


def run(customers: int, seed: int) -> Result:
    """Serve everyone."""
    env = simpy.Environment()
    queue = Queue(env, seed)
    env.process(queue.source(customers))
    env.run()
    return Result(queue.waited / customers, queue.area / env.now)


if __name__ == "__main__":
    main("SimPy", run)
