//! Bad input about governments gets an error at its place.

mod support;

use autarky_study::scenario::Severity;
use support::findings::{findings, one};

/// A change of policy in Estonia, with these lines in it.
fn change(lines: &str) -> String {
    format!(
        "[event.new]\nkind = \"policy_change\"\nat = \"24 months\"\nto = {{ nations = [\"EST\"] }}\n{lines}\n"
    )
}

#[test]
fn a_sound_change_of_policy_has_no_finding() {
    assert_eq!(findings(&change("set.tariff = 0.1\nset.portfolio.network = 0.7")), []);
}

#[test]
fn shares_of_a_budget_and_of_a_portfolio_are_not_negative() {
    one(
        "[nation.EST.policy.budget]\ndata_centre = -0.2\n",
        "-0.2",
        &["nation.EST.policy.budget.data_centre", "from 0 up to 1"],
    );
    one(
        "[nation.EST.policy.portfolio]\nnetwork = -0.4\n",
        "-0.4",
        &["nation.EST.policy.portfolio.network", "from 0 up to 1"],
    );
}

#[test]
fn a_change_of_policy_sets_something_and_no_more_than_there_is() {
    one(&change(""), "\"policy_change\"", &["sets nothing", "set.tariff"]);
    one(
        &change("set.portfolio.network = 0.7\nset.portfolio.cloud = 0.6"),
        "0.6",
        &["shares of a portfolio that sum to 1.3", "sum to at most one"],
    );
}

#[test]
fn only_a_change_of_policy_sets_a_policy() {
    let text = "[event.ban]\ncontroller = \"usa\"\nat = \"24 months\"\nto = { nations = [\"EST\"] }\nset.tariff = 0.1\n";
    one(text, "0.1", &["is a `export_regime` and sets a policy", "an event of its own"]);
}

#[test]
fn a_state_does_not_own_what_operators_own() {
    let text = "[provider.EST-network]\npublic = true\ncapacity_target = \"operators\"\noperator_mix = { miner = 1 }\n[operator.miner]\nsize = \"16 H100e\"\n";
    one(text, "true", &["belongs to the state", "public = false"]);
}

#[test]
fn a_rate_without_money_is_a_warning_that_names_the_lever() {
    let text = "[nation.EST.policy]\nappropriation = \"1e6 USD/year\"\ntax.profit = 0.2\ntax.break = 0.5\n";
    let found = findings(text);
    let [warning] = &found[..] else { panic!("{found:?}") };
    assert_eq!(warning.severity, Severity::Warning);
    assert!(warning.message.contains("policy.budget.tax_break"), "{warning:?}");
}
