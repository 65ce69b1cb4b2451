//! The quantities that are sampled, each with its name, unit, meaning and how it is read off the sums. Registry lines only.

use super::network::Basis;
use super::sovereignty::Weakest;
use super::sums::{CLOUD, COMMONS, DATA_CENTRE, NETWORK, Sums};
use crate::record::{Column, column};

/// A series: its column, and how it is read.
pub type Series = (Column, fn(&Sums, &Weakest) -> f64);

/// What is sampled. Nested rollouts fill in their columns after the sample (`rollout.rs`).
pub const SERIES: &[Series] = &[
    (column!("reference_demand", "H100e", "need at the reference price"), |s, _| {
        s.mean(s.reference)
    }),
    (column!("demand", "H100e", "demand at market prices"), |s, _| s.mean(s.offered)),
    (column!("served", "H100e", "compute served"), |s, _| s.mean(s.served)),
    (column!("served_data_centre", "H100e", "of it by data centres"), |s, _| {
        s.mean(s.served_by[DATA_CENTRE])
    }),
    (column!("served_network", "H100e", "of it by node networks"), |s, _| {
        s.mean(s.served_by[NETWORK])
    }),
    (column!("served_cloud", "H100e", "of it by clouds"), |s, _| s.mean(s.served_by[CLOUD])),
    (column!("served_commons", "H100e", "of it by commons"), |s, _| s.mean(s.served_by[COMMONS])),
    (
        column!(
            "transfers_received",
            "H100e",
            "of it by capacity of other members of alliances and commons"
        ),
        |s, _| s.mean(s.received),
    ),
    (
        column!(
            "transfers_given",
            "H100e",
            "compute that the nation's capacity gave other members"
        ),
        |s, _| s.mean(s.given),
    ),
    (column!("served_contract", "H100e", "of it under long-term contracts"), |s, _| {
        s.mean(s.served_contract)
    }),
    (column!("served_share", "1", "served over need at the reference price"), |s, _| {
        s.served / s.reference
    }),
    (column!("critical_served_share", "1", "critical work served over critical need"), |s, _| {
        s.served_critical / s.critical
    }),
    (column!("unserved", "1", "need at the reference price that is not served"), |s, _| {
        s.unserved / s.reference
    }),
    (column!("unserved_market", "1", "demand at market prices lost or abandoned"), |s, _| {
        s.lost / s.offered
    }),
    (column!("backlog", "H100eh", "work that waits for the next tick"), |s, _| s.mean(s.backlog)),
    (column!("price", "USD/H100eh", "mean price paid"), |s, _| s.billed / s.served),
    (column!("contract_price", "USD/H100eh", "mean price of work under contract"), |s, _| {
        s.billed_contract / s.served_contract
    }),
    (
        column!(
            "perceived_price",
            "USD/H100eh",
            "mean price with waiting, compliance and exchange rate"
        ),
        |s, _| s.perceived / s.served,
    ),
    (
        column!("capacity_data_centre", "H100e", "working capacity of data centres at home"),
        |s, _| s.mean(s.capacity_by[DATA_CENTRE]),
    ),
    (column!("capacity_network", "H100e", "working capacity of node networks at home"), |s, _| {
        s.mean(s.capacity_by[NETWORK])
    }),
    (column!("availability", "1", "working over installed capacity at home"), |s, _| {
        s.capacity_by.iter().sum::<f64>() / s.installed
    }),
    (column!("utilisation", "1", "served over working capacity at home"), |s, _| {
        s.home_load / s.capacity_by.iter().sum::<f64>()
    }),
    (column!("project_progress", "1", "stages of the nation's projects that are done"), |s, _| {
        s.projects.done / s.projects.stages
    }),
    (
        column!("project_delay", "day", "days behind plan, mean of the projects that have begun"),
        |s, _| s.projects.delay / s.projects.begun,
    ),
    (
        column!(
            "project_overrun",
            "1",
            "paid until now for projects over the planned cost of the work done, less one"
        ),
        |s, _| s.projects.cost / s.projects.planned - 1.0,
    ),
    (column!("project_spending", "USD", "paid for projects by the state and owners"), |s, _| {
        s.projects.paid
    }),
    (column!("facility_limit", "MW", "room of the facilities that have a limit"), |s, _| {
        if s.projects.room > 0.0 { s.mean(s.projects.room) / 1000.0 } else { f64::NAN }
    }),
    (column!("facility_use", "1", "share of that room that is taken"), |s, _| {
        s.projects.used / s.projects.room
    }),
    (column!("stored", "H100e", "compute that was delivered and waits for room"), |s, _| {
        s.mean(s.projects.stored)
    }),
    (column!("fab_output", "H100e/year", "what the nation's fabs make"), |s, _| {
        s.mean(s.projects.output)
    }),
    (column!("stockpile", "1", "spare parts in the state's stockpile"), |s, _| {
        s.mean(s.projects.stockpile)
    }),
    (column!("stockpile_used", "1", "parts that providers took from it"), |s, _| s.projects.drawn),
    (column!("on_order", "H100e", "compute on order for providers at home"), |s, _| {
        s.mean(s.on_order)
    }),
    (
        column!(
            "model_interface",
            "1",
            "share of inference and fine-tuning that runs on interfaces"
        ),
        |s, _| s.models.by_kind[0] / s.models.need,
    ),
    (column!("model_open", "1", "share of it that runs on open weights"), |s, _| {
        s.models.by_kind[1] / s.models.need
    }),
    (column!("model_national", "1", "share of it that runs on national models"), |s, _| {
        s.models.by_kind[2] / s.models.need
    }),
    (column!("unserved_model", "1", "share of it that has no model"), |s, _| {
        s.models.unserved / s.models.need
    }),
    (
        column!("model_usefulness", "1", "mean usefulness of its models over that of the frontier"),
        |s, _| s.models.useful / (s.models.need - s.models.unserved),
    ),
    (
        column!("model_fees_abroad", "USD", "licence fees of models paid abroad in the period"),
        |s, _| s.models.fees_abroad,
    ),
    (
        column!(
            "national_training",
            "H100eh",
            "training work of national models since the beginning"
        ),
        |s, _| s.models.training / s.models.ticks,
    ),
    (
        column!(
            "national_behind",
            "year",
            "how far the best national model is behind the frontier"
        ),
        |s, _| s.models.behind / s.models.with_model,
    ),
    (
        column!(
            "openness",
            "1",
            "share of the world's need to which hardware may go freely, where spillover is on"
        ),
        |s, _| s.openness[0] / s.openness[2],
    ),
    (
        column!(
            "hardware_dearer",
            "1",
            "price of hardware over its path with open trade, where spillover is on"
        ),
        |s, _| s.openness[1] / s.openness[2],
    ),
    (column!("technicians", "1", "technicians in the zone, where they are limited"), |s, _| {
        s.talent.stock / s.talent.ticks
    }),
    (
        column!(
            "technicians_short",
            "1",
            "technicians that repair and installation want beyond them"
        ),
        |s, _| s.talent.short / s.talent.ticks,
    ),
    (
        column!("installs_waiting", "H100e", "compute delivered that waits for technicians"),
        |s, _| s.talent.waiting / s.talent.ticks,
    ),
    (column!("emigrated", "1", "technicians that emigrated in the period"), |s, _| {
        s.talent.emigrated
    }),
    (
        column!("lead_time", "day", "from order to delivery, mean of the period's deliveries"),
        |s, _| s.waited / s.delivered,
    ),
    (
        column!(
            "spent_abroad",
            "1",
            "share of spending that goes to providers whose home is elsewhere"
        ),
        |s, _| s.spent_abroad / s.spent,
    ),
    (
        column!(
            "compliance_cost",
            "USD",
            "what buyers spent in the period on complying with foreign rules"
        ),
        |s, _| s.compliance,
    ),
    (
        column!(
            "alliance_contributions",
            "USD",
            "what the state paid to alliances and commons in the period"
        ),
        |s, _| s.contributed,
    ),
    (column!("incidents", "1", "security incidents at providers at home in the period"), |s, _| {
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
        column!(
            "exposed_work",
            "H100eh",
            "regulated and critical work exposed by incidents in the period"
        ),
        |s, _| s.security.exposed,
    ),
    (
        column!("exposed_share", "1", "share of regulated and critical work exposed by incidents"),
        |s, _| s.security.exposed / s.security.sensitive,
    ),
    (column!("corrupted_share", "1", "share of work whose results incidents made bad"), |s, _| {
        s.security.corrupted / s.security.work
    }),
    (column!("trust", "1", "factor of trust on taste, mean over the work served"), |s, _| {
        s.security.trust / s.security.work
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
            "paid for enclaves, audits and red-teaming of providers at home in the period"
        ),
        |s, _| s.security.paid,
    ),
    (column!("exchange_rate", "1", "real exchange rate, local units per dollar"), |s, _| {
        s.mean(s.exchange_rate)
    }),
    (column!("currency_short", "1", "share of time in which hard currency is short"), |s, _| {
        s.mean(s.currency_short)
    }),
    (column!("level_0d", "1", "share of critical need that can be served today"), |_, w| {
        w.baseline[0]
    }),
    (column!("level_365d", "1", "the same in 365 days with today's stock and pipeline"), |_, w| {
        w.baseline[2]
    }),
    (column!("sovereignty_0d", "1", "the same after the worst withdrawal, today"), |_, w| {
        w.level[0]
    }),
    (
        column!("sovereignty_30d", "1", "the same after the worst withdrawal, after 30 days"),
        |_, w| w.level[1],
    ),
    (
        column!("sovereignty_365d", "1", "the same after the worst withdrawal, after 365 days"),
        |_, w| w.level[2],
    ),
    (column!("loss_0d", "1", "largest loss by withdrawal of one actor, today"), |_, w| w.loss[0]),
    (column!("loss_30d", "1", "largest loss by withdrawal of one actor, after 30 days"), |_, w| {
        w.loss[1]
    }),
    (
        column!("loss_365d", "1", "largest loss by withdrawal of one actor, after 365 days"),
        |_, w| w.loss[2],
    ),
    (
        column!(
            "expected_loss_30d",
            "1/year",
            "hazard times loss after 30 days, over the foreign parties"
        ),
        |_, w| w.expected_loss[1],
    ),
    (
        column!(
            "expected_loss_365d",
            "1/year",
            "hazard times loss after 365 days, over the foreign parties"
        ),
        |_, w| w.expected_loss[2],
    ),
    (
        column!(
            "operator_loss_365d",
            "1",
            "largest loss by the largest operator of a kind at home, after 365 days"
        ),
        |_, w| w.operator_loss[2],
    ),
    (
        column!(
            "sovereignty_365d_data_centre",
            "1",
            "what data centres alone keep of their compute after 365 days of the worst withdrawal"
        ),
        |_, w| w.kept_by[DATA_CENTRE],
    ),
    (
        column!(
            "sovereignty_365d_network",
            "1",
            "what networks alone keep of their compute after 365 days of the worst withdrawal"
        ),
        |_, w| w.kept_by[NETWORK],
    ),
    (column!("operators", "1", "operators with nodes in node networks at home"), |s, _| {
        s.inside.operators / s.inside.censuses
    }),
    (
        column!(
            "operator_entries",
            "1",
            "operators that entered networks in the zone in the period"
        ),
        |s, _| s.inside.entries,
    ),
    (column!("operator_exits", "1", "operators that left, or were put out"), |s, _| s.inside.exits),
    (column!("operator_mergers", "1", "operators that were bought"), |s, _| s.inside.mergers),
    (
        column!(
            "bad_results",
            "1",
            "share of the work of networks in the zone whose accepted result is bad"
        ),
        |s, _| s.inside.bad / s.inside.work,
    ),
    (column!("cheaters_found", "1", "operators found to cheat in the period"), |s, _| {
        s.inside.detections
    }),
    (column!("slashed", "USD", "stake slashed in the period"), |s, _| s.inside.slashed),
    (
        column!("largest_bloc", "1", "share of the largest owner in votes of networks in the zone"),
        |s, _| s.inside.bloc / s.inside.rounds,
    ),
    (column!("captured", "1", "share of rounds in which one owner holds the network"), |s, _| {
        s.inside.captured / s.inside.rounds
    }),
    (column!("captor_income", "USD", "take of captors in the period"), |s, _| {
        s.inside.captor_income
    }),
    (column!("disputes", "1", "disputes in networks in the zone in the period"), |s, _| {
        s.inside.disputes
    }),
    (column!("token_price", "USD", "price of the networks' token"), |s, _| {
        s.inside.token_price / s.inside.token_ticks
    }),
    (
        column!("token_staked", "1", "share of the token's supply that operators have bound"),
        |s, _| s.inside.token_staked / s.inside.token_ticks,
    ),
    (
        column!("token_emission", "USD", "value of tokens given to operators in the period"),
        |s, _| s.inside.emitted,
    ),
    (
        column!(
            "token_sales",
            "USD",
            "tokens that operators sold in the period, less those that they and their buyers bought"
        ),
        |s, _| s.inside.sold,
    ),
    (
        column!(
            "token_sales_abroad",
            "USD",
            "of it to and from holders abroad: what foreign holders pay in"
        ),
        |s, _| s.inside.sold_abroad,
    ),
    (
        column!(
            "network_cost",
            "USD/H100eh",
            "resource cost of what node networks at home serve: user cost of capital, power, operation"
        ),
        |s, _| s.inside.cost / s.inside.served,
    ),
    (
        column!(
            "network_social_cost",
            "USD/H100eh",
            "the same with the waiting of their buyers; no transfer, emission or fee counts"
        ),
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
    (
        column!(
            "network_margin_without_tokens",
            "USD/H100eh",
            "the same without tokens: the zero-token counterfactual of the same fleet"
        ),
        |s, _| (s.inside.fees - s.inside.cost) / s.inside.served,
    ),
    (
        column!(
            "hhi_owner",
            "1",
            "Herfindahl–Hirschman index of node networks at home over beneficial owners"
        ),
        |s, _| s.inside.measure(Basis::Owner, 0),
    ),
    (column!("cr4_owner", "1", "share of the four largest beneficial owners in them"), |s, _| {
        s.inside.measure(Basis::Owner, 1)
    }),
    (column!("gini_owner", "1", "Gini coefficient over beneficial owners"), |s, _| {
        s.inside.measure(Basis::Owner, 2)
    }),
    (column!("theil_owner", "1", "Theil index over beneficial owners"), |s, _| {
        s.inside.measure(Basis::Owner, 3)
    }),
    (
        column!("nakamoto_33_owner", "1", "fewest beneficial owners that hold more than a third"),
        |s, _| s.inside.measure(Basis::Owner, 4),
    ),
    (
        column!("nakamoto_50_owner", "1", "fewest beneficial owners that hold more than half"),
        |s, _| s.inside.measure(Basis::Owner, 5),
    ),
    (
        column!("hhi_host", "1", "Herfindahl–Hirschman index of node networks at home over hosts"),
        |s, _| s.inside.measure(Basis::Host, 0),
    ),
    (column!("cr4_host", "1", "share of the four largest hosts in them"), |s, _| {
        s.inside.measure(Basis::Host, 1)
    }),
    (column!("gini_host", "1", "Gini coefficient over hosts"), |s, _| {
        s.inside.measure(Basis::Host, 2)
    }),
    (column!("theil_host", "1", "Theil index over hosts"), |s, _| s.inside.measure(Basis::Host, 3)),
    (column!("nakamoto_33_host", "1", "fewest hosts that hold more than a third"), |s, _| {
        s.inside.measure(Basis::Host, 4)
    }),
    (column!("nakamoto_50_host", "1", "fewest hosts that hold more than half"), |s, _| {
        s.inside.measure(Basis::Host, 5)
    }),
    (
        column!(
            "hhi_vendor",
            "1",
            "Herfindahl–Hirschman index of node networks at home over vendors"
        ),
        |s, _| s.inside.measure(Basis::Vendor, 0),
    ),
    (column!("cr4_vendor", "1", "share of the four largest vendors in them"), |s, _| {
        s.inside.measure(Basis::Vendor, 1)
    }),
    (column!("gini_vendor", "1", "Gini coefficient over vendors"), |s, _| {
        s.inside.measure(Basis::Vendor, 2)
    }),
    (column!("theil_vendor", "1", "Theil index over vendors"), |s, _| {
        s.inside.measure(Basis::Vendor, 3)
    }),
    (column!("nakamoto_33_vendor", "1", "fewest vendors that hold more than a third"), |s, _| {
        s.inside.measure(Basis::Vendor, 4)
    }),
    (column!("nakamoto_50_vendor", "1", "fewest vendors that hold more than half"), |s, _| {
        s.inside.measure(Basis::Vendor, 5)
    }),
    (
        column!(
            "hhi_jurisdiction",
            "1",
            "Herfindahl–Hirschman index of node networks at home over zones in which owners live"
        ),
        |s, _| s.inside.measure(Basis::Jurisdiction, 0),
    ),
    (
        column!(
            "cr4_jurisdiction",
            "1",
            "share of the four largest zones in which owners live in them"
        ),
        |s, _| s.inside.measure(Basis::Jurisdiction, 1),
    ),
    (
        column!("gini_jurisdiction", "1", "Gini coefficient over zones in which owners live"),
        |s, _| s.inside.measure(Basis::Jurisdiction, 2),
    ),
    (column!("theil_jurisdiction", "1", "Theil index over zones in which owners live"), |s, _| {
        s.inside.measure(Basis::Jurisdiction, 3)
    }),
    (
        column!(
            "nakamoto_33_jurisdiction",
            "1",
            "fewest zones in which owners live that hold more than a third"
        ),
        |s, _| s.inside.measure(Basis::Jurisdiction, 4),
    ),
    (
        column!(
            "nakamoto_50_jurisdiction",
            "1",
            "fewest zones in which owners live that hold more than half"
        ),
        |s, _| s.inside.measure(Basis::Jurisdiction, 5),
    ),
    (
        column!(
            "lorenz_10",
            "1",
            "share of node networks at home that the smallest 10 % of owners hold"
        ),
        |s, _| s.inside.lorenz[0] / s.inside.censuses,
    ),
    (
        column!(
            "lorenz_20",
            "1",
            "share of node networks at home that the smallest 20 % of owners hold"
        ),
        |s, _| s.inside.lorenz[1] / s.inside.censuses,
    ),
    (
        column!(
            "lorenz_30",
            "1",
            "share of node networks at home that the smallest 30 % of owners hold"
        ),
        |s, _| s.inside.lorenz[2] / s.inside.censuses,
    ),
    (
        column!(
            "lorenz_40",
            "1",
            "share of node networks at home that the smallest 40 % of owners hold"
        ),
        |s, _| s.inside.lorenz[3] / s.inside.censuses,
    ),
    (
        column!(
            "lorenz_50",
            "1",
            "share of node networks at home that the smallest 50 % of owners hold"
        ),
        |s, _| s.inside.lorenz[4] / s.inside.censuses,
    ),
    (
        column!(
            "lorenz_60",
            "1",
            "share of node networks at home that the smallest 60 % of owners hold"
        ),
        |s, _| s.inside.lorenz[5] / s.inside.censuses,
    ),
    (
        column!(
            "lorenz_70",
            "1",
            "share of node networks at home that the smallest 70 % of owners hold"
        ),
        |s, _| s.inside.lorenz[6] / s.inside.censuses,
    ),
    (
        column!(
            "lorenz_80",
            "1",
            "share of node networks at home that the smallest 80 % of owners hold"
        ),
        |s, _| s.inside.lorenz[7] / s.inside.censuses,
    ),
    (
        column!(
            "lorenz_90",
            "1",
            "share of node networks at home that the smallest 90 % of owners hold"
        ),
        |s, _| s.inside.lorenz[8] / s.inside.censuses,
    ),
    (column!("wait", "hour", "mean wait of what is served in the spot market"), |s, _| {
        s.waited_for / (s.served - s.served_contract)
    }),
    (column!("consumer_surplus", "USD", "surplus of the nation's buyers in the period"), |s, _| {
        s.state.consumer.usd
    }),
    (
        column!(
            "producer_surplus",
            "USD",
            "profit at user cost of private producers in the zone whose owners live there"
        ),
        |s, _| s.state.producer.usd,
    ),
    (
        column!("producer_surplus_abroad", "USD", "the same of those whose owners live elsewhere"),
        |s, _| s.state.producer_abroad.usd,
    ),
    (
        column!(
            "fiscal_balance",
            "USD",
            "tariffs, taxes and profit at user cost of the state's providers, less what its levers spend"
        ),
        |s, _| s.state.fiscal.usd,
    ),
    (
        column!("fiscal_cost", "USD", "what the treasury paid less what it received, in cash"),
        |s, _| s.state.cost.usd,
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
    (column!("jobs", "1", "jobs at nodes at home, full time"), |s, _| {
        s.state.jobs / s.state.months
    }),
    (
        column!(
            "rollout_level_365d",
            "1",
            "mean level of frozen copies 365 days after the worst withdrawal"
        ),
        |_, _| f64::NAN,
    ),
    (
        column!(
            "rollout_free_level_365d",
            "1",
            "the same of copies in which demand, prices, regimes and orders move"
        ),
        |_, _| f64::NAN,
    ),
    (
        column!(
            "rollout_free_served_365d",
            "1",
            "critical work served over critical need in these copies"
        ),
        |_, _| f64::NAN,
    ),
];
