//! The quantities that are recorded once a replication, each with its name, unit, meaning and how it is read. Registry lines only.

use super::resilience::Resilience;
use super::series::SERIES;
use super::sums::{CLOUD, COMMONS, DATA_CENTRE, NETWORK, Sums};
use crate::entity::welfare::WelfareParameters;
use crate::mechanism::government::Lever;
use crate::record::{Column, column};

/// A scalar: its column, and how it is read off the sums over the run and the last sample.
pub type Scalar = (Column, fn(&Sums, &Summary<'_>) -> f64);

/// Sampled values of one nation over the run.
#[derive(Debug, Clone, Copy)]
pub struct Summary<'a> {
    /// `[sample][series]`.
    pub samples: &'a [f64],
    /// Samples in a year.
    pub yearly: usize,
    /// Population of the nation.
    pub population: f64,
    /// Service of its critical work.
    pub resilience: Resilience,
    /// Weights of welfare.
    pub weights: &'a WelfareParameters,
}

impl Summary<'_> {
    /// `W = CS + PS + λ·F − ℓ·E`, discounted, USD.
    fn welfare(&self, sums: &Sums) -> f64 {
        let state = &sums.state;
        state.consumer.discounted
            + state.producer.discounted
            + self.weights.public_funds * state.fiscal.discounted
            - self.weights.exposure_loss * state.exposure.discounted
    }

    fn column(&self, name: &str) -> impl Iterator<Item = f64> {
        let at = SERIES.iter().position(|(c, _)| c.name == name).unwrap_or(0);
        self.samples.iter().skip(at).step_by(SERIES.len()).copied().filter(|x| x.is_finite())
    }

    /// Mean over the samples in which the series is defined.
    fn mean(&self, name: &str) -> f64 {
        let (sum, n) = self.column(name).fold((0.0, 0.0), |(sum, n), x| (sum + x, n + 1.0));
        sum / n
    }

    fn min(&self, name: &str) -> f64 {
        self.column(name)
            .fold(f64::NAN, |least, x| if x < least || least.is_nan() { x } else { least })
    }

    /// Mean over the last year of samples.
    fn last(&self, name: &str) -> f64 {
        let all: Vec<f64> = self.column(name).collect();
        let tail = &all[all.len().saturating_sub(self.yearly)..];
        tail.iter().sum::<f64>() / tail.len() as f64
    }
}

/// What is recorded once a replication.
pub const SCALARS: &[Scalar] = &[
    (column!("served_share", "1", "served over need at the reference price, whole run"), |s, _| {
        s.served / s.reference
    }),
    (column!("unserved", "1", "expected unserved share of need"), |s, _| s.unserved / s.reference),
    (column!("critical_served_share", "1", "critical work served over critical need"), |s, _| {
        s.served_critical / s.critical
    }),
    (
        column!(
            "loss_of_service",
            "1",
            "share of time with less than 90 % of critical need served"
        ),
        |s, _| s.short_ticks / s.ticks,
    ),
    (column!("served_data_centre", "H100e", "mean compute served by data centres"), |s, _| {
        s.mean(s.served_by[DATA_CENTRE])
    }),
    (column!("served_network", "H100e", "mean compute served by node networks"), |s, _| {
        s.mean(s.served_by[NETWORK])
    }),
    (column!("served_cloud", "H100e", "mean compute served by clouds"), |s, _| {
        s.mean(s.served_by[CLOUD])
    }),
    (column!("served_commons", "H100e", "mean compute served by commons"), |s, _| {
        s.mean(s.served_by[COMMONS])
    }),
    (
        column!(
            "transfers_received",
            "1",
            "share of compute served that came from other members of alliances and commons"
        ),
        |s, _| s.received / s.served,
    ),
    (
        column!(
            "transfers_given",
            "1",
            "compute given to other members, over compute served to the nation"
        ),
        |s, _| s.given / s.served,
    ),
    (
        column!("compliance_cost", "USD", "what buyers spent on complying with foreign rules"),
        |s, _| s.compliance,
    ),
    (
        column!("alliance_contributions", "USD", "what the state paid to alliances and commons"),
        |s, _| s.contributed,
    ),
    (
        column!(
            "capacity_data_centre_last",
            "H100e",
            "working capacity of data centres at home, last year"
        ),
        |_, r| r.last("capacity_data_centre"),
    ),
    (
        column!(
            "capacity_network_last",
            "H100e",
            "working capacity of node networks at home, last year"
        ),
        |_, r| r.last("capacity_network"),
    ),
    (
        column!("served_per_million", "H100e", "mean compute served per million inhabitants"),
        |s, r| s.mean(s.served) / (r.population * 1e-6),
    ),
    (
        column!("project_progress_last", "1", "stages of projects that are done, last year"),
        |_, r| r.last("project_progress"),
    ),
    (column!("project_delay_last", "day", "days behind plan of projects, last year"), |_, r| {
        r.last("project_delay")
    }),
    (column!("project_overrun_last", "1", "cost overrun of projects, last year"), |_, r| {
        r.last("project_overrun")
    }),
    (column!("project_spending", "USD", "paid for projects by the state and owners"), |s, _| {
        s.projects.paid
    }),
    (column!("stockpile_used", "1", "parts that providers took from the stockpile"), |s, _| {
        s.projects.drawn
    }),
    (column!("availability", "1", "working over installed capacity at home"), |s, _| {
        s.capacity_by.iter().sum::<f64>() / s.installed
    }),
    (column!("price", "USD/H100eh", "mean price paid"), |s, _| s.billed / s.served),
    (
        column!("cost", "USD/H100eh", "discounted spending per discounted H100e-hour served"),
        |s, _| s.spent_discounted / s.served_discounted,
    ),
    (
        column!(
            "spent_abroad",
            "1",
            "share of spending that goes to providers whose home is elsewhere"
        ),
        |s, _| s.spent_abroad / s.spent,
    ),
    (column!("incidents", "1", "security incidents at providers at home"), |s, _| {
        s.security.incidents
    }),
    (
        column!(
            "incident_downtime",
            "1",
            "share of working capacity at home that incidents hold down"
        ),
        |s, _| s.security.down / (s.security.down + s.capacity_by.iter().sum::<f64>()),
    ),
    (
        column!("exposed_share", "1", "share of regulated and critical work exposed by incidents"),
        |s, _| s.security.exposed / s.security.sensitive,
    ),
    (column!("corrupted_share", "1", "share of work whose results incidents made bad"), |s, _| {
        s.security.corrupted / s.security.work
    }),
    (column!("trust_min", "1", "lowest factor of trust on taste over the samples"), |_, r| {
        r.min("trust")
    }),
    (
        column!(
            "data_exposure",
            "1",
            "share of regulated and critical work processed under foreign jurisdiction"
        ),
        |s, _| s.security.foreign / s.security.sensitive,
    ),
    (
        column!(
            "security_cost",
            "USD",
            "paid for enclaves, audits and red-teaming of providers at home"
        ),
        |s, _| s.security.paid,
    ),
    (
        column!(
            "currency_premium",
            "USD",
            "premium paid to dealers for hard currency by buyers and providers"
        ),
        |s, _| s.currency_premium,
    ),
    (column!("lead_time", "day", "from order to delivery, mean of all deliveries"), |s, _| {
        s.waited / s.delivered
    }),
    (
        column!(
            "grey_share",
            "1",
            "share of the compute delivered that came through the grey channel"
        ),
        |s, _| s.smuggled / s.delivered,
    ),
    (column!("sovereignty_0d", "1", "mean level after the worst withdrawal, today"), |_, r| {
        r.mean("sovereignty_0d")
    }),
    (
        column!("sovereignty_30d", "1", "mean level after the worst withdrawal, after 30 days"),
        |_, r| r.mean("sovereignty_30d"),
    ),
    (
        column!("sovereignty_365d", "1", "mean level after the worst withdrawal, after 365 days"),
        |_, r| r.mean("sovereignty_365d"),
    ),
    (
        column!(
            "sovereignty_365d_min",
            "1",
            "lowest level after the worst withdrawal, after 365 days"
        ),
        |_, r| r.min("sovereignty_365d"),
    ),
    (
        column!("loss_365d", "1", "mean of the largest loss by withdrawal, after 365 days"),
        |_, r| r.mean("loss_365d"),
    ),
    (
        column!(
            "expected_loss_365d",
            "1/year",
            "mean of hazard times loss after 365 days, over the foreign parties"
        ),
        |_, r| r.mean("expected_loss_365d"),
    ),
    (
        column!(
            "operator_loss_365d",
            "1",
            "mean of the largest loss by an operator at home, after 365 days"
        ),
        |_, r| r.mean("operator_loss_365d"),
    ),
    (
        column!(
            "sovereignty_365d_data_centre",
            "1",
            "what data centres alone keep after 365 days of the worst withdrawal"
        ),
        |_, r| r.mean("sovereignty_365d_data_centre"),
    ),
    (
        column!(
            "sovereignty_365d_network",
            "1",
            "what networks alone keep after 365 days of the worst withdrawal"
        ),
        |_, r| r.mean("sovereignty_365d_network"),
    ),
    (
        column!("operators_last", "1", "operators with nodes in node networks at home, last year"),
        |_, r| r.last("operators"),
    ),
    (column!("operator_entries", "1", "operators that entered networks in the zone"), |s, _| {
        s.inside.entries
    }),
    (column!("operator_exits", "1", "operators that left, or were put out"), |s, _| s.inside.exits),
    (column!("operator_mergers", "1", "operators that were bought"), |s, _| s.inside.mergers),
    (
        column!(
            "hhi_owner_last",
            "1",
            "Herfindahl–Hirschman index of node networks at home over beneficial owners, last year"
        ),
        |_, r| r.last("hhi_owner"),
    ),
    (
        column!(
            "nakamoto_50_owner_last",
            "1",
            "fewest beneficial owners that hold more than half, last year"
        ),
        |_, r| r.last("nakamoto_50_owner"),
    ),
    (
        column!("hhi_vendor_last", "1", "Herfindahl–Hirschman index over vendors, last year"),
        |_, r| r.last("hhi_vendor"),
    ),
    (
        column!("hhi_host_last", "1", "Herfindahl–Hirschman index over hosts, last year"),
        |_, r| r.last("hhi_host"),
    ),
    (
        column!(
            "hhi_jurisdiction_last",
            "1",
            "Herfindahl–Hirschman index over zones in which owners live, last year"
        ),
        |_, r| r.last("hhi_jurisdiction"),
    ),
    (
        column!("captured", "1", "share of rounds in which one owner holds a network in the zone"),
        |s, _| s.inside.captured / s.inside.rounds,
    ),
    (
        column!("capture_time", "year", "from the start to the first capture, where there is one"),
        |s, _| if s.inside.captured_on > 0.0 { s.inside.captured_on / 365.25 } else { f64::NAN },
    ),
    (column!("captor_income", "USD", "take of captors"), |s, _| s.inside.captor_income),
    (
        column!(
            "bad_results",
            "1",
            "share of the work of networks in the zone whose accepted result is bad"
        ),
        |s, _| s.inside.bad / s.inside.work,
    ),
    (column!("cheaters_found", "1", "operators found to cheat"), |s, _| s.inside.detections),
    (column!("token_emission", "USD", "value of tokens given to operators"), |s, _| {
        s.inside.emitted
    }),
    (
        column!(
            "token_sales_abroad",
            "USD",
            "net sales of tokens to holders abroad: what foreign holders pay in"
        ),
        |s, _| s.inside.sold_abroad,
    ),
    (
        column!(
            "token_subsidy",
            "USD/H100eh",
            "value of tokens given to operators for an H100e-hour that their networks serve"
        ),
        |s, _| s.inside.emitted / s.inside.served,
    ),
    (
        column!("network_cost", "USD/H100eh", "resource cost of what node networks at home serve"),
        |s, _| s.inside.cost / s.inside.served,
    ),
    (
        column!("network_social_cost", "USD/H100eh", "the same with the waiting of their buyers"),
        |s, _| (s.inside.cost + s.inside.waiting) / s.inside.served,
    ),
    (
        column!(
            "network_margin",
            "USD/H100eh",
            "fees and tokens of operators less the resource cost"
        ),
        |s, _| (s.inside.fees + s.inside.emitted - s.inside.cost) / s.inside.served,
    ),
    (column!("network_margin_without_tokens", "USD/H100eh", "the same without tokens"), |s, _| {
        (s.inside.fees - s.inside.cost) / s.inside.served
    }),
    (
        column!("resilience_loss", "year", "critical service lacking, integrated over the run"),
        |_, r| r.resilience.loss / 365.25,
    ),
    (column!("depth", "1", "deepest lack of critical service"), |_, r| r.resilience.depth),
    (
        column!("shortfalls", "1", "times that less than 90 % of critical need came to be served"),
        |_, r| r.resilience.shortfalls,
    ),
    (
        column!("recovery_time", "day", "mean time until 90 % of critical need is served again"),
        |_, r| r.resilience.recovery(),
    ),
    (column!("wait", "hour", "mean wait of what is served in the spot market"), |s, _| {
        s.waited_for / (s.served - s.served_contract)
    }),
    (column!("consumer_surplus", "USD", "discounted surplus of the nation's buyers"), |s, _| {
        s.state.consumer.discounted
    }),
    (
        column!(
            "producer_surplus",
            "USD",
            "discounted profit at user cost of private producers at home"
        ),
        |s, _| s.state.producer.discounted,
    ),
    (
        column!(
            "producer_surplus_abroad",
            "USD",
            "the same of producers in the zone whose owners live elsewhere"
        ),
        |s, _| s.state.producer_abroad.discounted,
    ),
    (column!("fiscal_balance", "USD", "discounted fiscal balance"), |s, _| {
        s.state.fiscal.discounted
    }),
    (column!("fiscal_cost", "USD", "discounted net cash that the treasury paid"), |s, _| {
        s.state.cost.discounted
    }),
    (
        column!(
            "welfare",
            "USD",
            "national welfare: surpluses, fiscal balance at the cost of public funds, loss by exposure; discounted"
        ),
        |s, r| r.welfare(s),
    ),
    (
        column!(
            "transfers_abroad",
            "USD",
            "paid to foreign providers and vendors, less what they pay at home"
        ),
        |s, _| s.state.abroad(),
    ),
    (
        column!(
            "value_retained",
            "1",
            "share of the outlays on the nation's compute received at home"
        ),
        |s, _| s.state.retained(),
    ),
    (column!("jobs", "1", "jobs at nodes at home, full time, mean"), |s, _| {
        s.state.jobs / s.state.months
    }),
    (
        column!(
            "state_data_centre",
            "USD",
            "what the state spent on hardware and building of the national data centre"
        ),
        |s, _| s.state.spent[Lever::DataCentre as usize],
    ),
    (
        column!("state_cloud", "USD", "what the state spent on rebates on bills of clouds"),
        |s, _| s.state.spent[Lever::Cloud as usize],
    ),
    (
        column!(
            "state_node_subsidy",
            "USD",
            "what the state spent on subsidies to nodes of the network"
        ),
        |s, _| s.state.spent[Lever::NodeSubsidy as usize],
    ),
    (column!("state_tax_break", "USD", "what the state spent on taxes given back"), |s, _| {
        s.state.spent[Lever::TaxBreak as usize]
    }),
    (
        column!("state_stockpile", "USD", "what the state spent on the stockpile of spare parts"),
        |s, _| s.state.spent[Lever::Stockpile as usize],
    ),
    (column!("state_chip_project", "USD", "what the state spent on domestic chips"), |s, _| {
        s.state.spent[Lever::ChipProject as usize]
    }),
    (column!("state_talent", "USD", "what the state spent on talent"), |s, _| {
        s.state.spent[Lever::Talent as usize]
    }),
    (
        column!(
            "state_security",
            "USD",
            "what the state spent on enclaves, audits and red-teaming"
        ),
        |s, _| s.state.spent[Lever::Security as usize],
    ),
    (column!("state_models", "USD", "what the state spent on the national model"), |s, _| {
        s.state.spent[Lever::Models as usize]
    }),
    (column!("state_alliance", "USD", "what the state spent on alliances and commons"), |s, _| {
        s.state.spent[Lever::Alliance as usize]
    }),
];
