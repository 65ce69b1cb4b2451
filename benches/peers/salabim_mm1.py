"""M/M/1 in salabim: a component per customer, a resource for the server; the resource's monitors are the statistics.

Components are generators (`yieldless(False)`), which needs no compiled greenlets.
"""

import salabim as sim
from mm1 import MEAN_INTERARRIVAL, MEAN_SERVICE, Result, main


class Customer(sim.Component):
    """Wait for the server, be served, leave."""

    def process(self):
        yield self.request(self.env.server)
        yield self.hold(self.env.service.sample())


def run(customers: int, seed: int) -> Result:
    """Serve everyone."""
    sim.yieldless(False)
    env = sim.Environment(trace=False, random_seed=seed)
    env.server = sim.Resource("server")
    env.service = sim.Exponential(MEAN_SERVICE)
    sim.ComponentGenerator(Customer, iat=sim.Exponential(MEAN_INTERARRIVAL), number=customers)
    env.run()
    queue = env.server.requesters()
    return Result(queue.length_of_stay.mean(), queue.length.mean())


if __name__ == "__main__":
    main("salabim", run)
