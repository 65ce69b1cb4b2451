"""M/M/1 in Ciw: a network of one node; the statistics come from the records that Ciw keeps of every customer.

The area under the number waiting is the sum of the waits, so its time average is that sum over the time of the last
exit. The few customers still in the system then are left out of both means.
"""

import ciw
from mm1 import MEAN_INTERARRIVAL, MEAN_SERVICE, Result, main


def run(customers: int, seed: int) -> Result:
    """Run until `customers` have left."""
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=1 / MEAN_INTERARRIVAL)],
        service_distributions=[ciw.dists.Exponential(rate=1 / MEAN_SERVICE)],
        number_of_servers=[1],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers, method="Finish")
    records = simulation.get_all_records()
    waited = sum(record.waiting_time for record in records)
    return Result(waited / len(records), waited / max(record.exit_date for record in records))


if __name__ == "__main__":
    main("Ciw", run)
