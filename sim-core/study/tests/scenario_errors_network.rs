//! Bad input about networks whose operators decide gets an error at its place.

mod support;

use autarky_study::scenario::Severity;
use support::findings::{findings, one};

/// A network in Estonia of miners that decide and are paid in `tok`, and an owner behind some of them.
const SOUND: [(&str, &str); 4] = [
    (
        "provider.EST-network",
        "capacity_target = \"operators\"\noperator_mix = { miner = 1 }\ntoken = \"tok\"",
    ),
    ("operator.miner", "size = \"16 H100e\""),
    ("token.tok", "price.rule = \"exogenous\"\nemission.rate = \"1e6 1/year\""),
    ("owner.o", "residence = \"SLV\"\nnetworks = [\"EST-network\"]\nshare = 0.2"),
];

/// The sound network, with more lines in some of its entries (or in new ones).
fn network(more: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (entry, lines) in SOUND {
        let own = more.iter().filter(|(e, _)| *e == entry).map(|(_, lines)| *lines);
        text.extend([
            format!("[{entry}]\n{lines}\n"),
            own.collect::<Vec<_>>().join("\n"),
            "\n".into(),
        ]);
    }
    for (entry, lines) in more.iter().filter(|(e, _)| SOUND.iter().all(|(known, _)| known != e)) {
        text.extend([format!("[{entry}]\n{lines}\n")]);
    }
    text
}

/// The sound network with another text in place of one of its lines.
fn instead(line: &str, other: &str) -> String {
    let sound = network(&[]);
    assert!(sound.contains(line), "{line}");
    sound.replace(line, other)
}

#[test]
fn the_sound_network_has_no_finding() {
    assert_eq!(findings(&network(&[])), []);
}

#[test]
fn owners_own_nobody_in_a_circle() {
    let owner = "residence = \"EST\"\nparent =";
    one(
        &network(&[
            ("owner.o", "parent = \"shell\""),
            ("owner.shell", &format!("{owner} \"holding\"")),
            ("owner.holding", &format!("{owner} \"o\"")),
        ]),
        "\"o\"",
        &[
            "the parents of owner `holding` lead back to it: holding → o → shell → holding",
            "leave one `parent` out",
        ],
    );
    one(&network(&[("owner.o", "parent = \"o\"")]), "\"o\"", &["lead back to it: o → o"]);
    one(
        &network(&[
            ("owner.o", "parent = \"shel\""),
            ("owner.shell", "residence = \"EST\"\nnetworks = [\"EST-network\"]\nshare = 0.1"),
        ]),
        "\"shel\"",
        &["refers to `shel`, which is no owner", "did you mean `shell`?"],
    );
}

#[test]
fn only_a_stake_can_be_slashed() {
    one(
        &network(&[("token.tok", "stake.slash = \"50 %\"")]),
        "\"50 %\"",
        &["slashes 50 % of a stake", "stake.required is 0", "stake.required = \"1000 USD/H100e\""],
    );
    one(&network(&[("token.tok", "stake.forfeit = 0.1")]), "0.1", &["keeps 10 % of a stake"]);
    let bound = "stake.slash = 0.5\nstake.required = \"1000 USD/H100e\"";
    assert_eq!(findings(&network(&[("token.tok", bound)])), []);
}

#[test]
fn emission_stays_within_supply() {
    let rate = "emission.rate = \"1e6 1/year\"";
    one(
        &instead(rate, "emission.rate = \"6e8 1/year\"\nsupply.most = 2e9"),
        "\"6e8 1/year\"",
        &[
            "2200000000 tokens in the 2 years simulated",
            "above supply.most = 2000000000, which it passes in year 2",
            "at most 500000000, or raise supply.most",
        ],
    );
    let geometric = "emission.rule = \"geometric\"\nemission.total = 4e9\nemission.period = \"1 year\"\nsupply.most = 3e9";
    one(&instead(rate, geometric), "4e9", &["4000000000 tokens", "in year 2"]);
    one(&network(&[("token.tok", "supply.most = 1e8")]), "tok", &["begins with 1000000000"]);
    one(&network(&[("token.tok", "emission.stake = 0.5")]), "0.5", &["1.3 of what token `tok`"]);
}

#[test]
fn votes_have_no_negative_exponent() {
    one(
        &network(&[("provider.EST-network", "governance.exponent = -1")]),
        "-1",
        &["out of range", "from 0 up to 10"],
    );
}

#[test]
fn every_type_of_operators_can_have_hardware() {
    one(
        &network(&[("operator.miner", "hardware.orders = false")]),
        "false",
        &["operators of type `miner` have no hardware", "hardware.orders = true"],
    );
    one(
        &network(&[("operator.miner", "dishonest = 0.6\nrational = 0.5")])
            .replace("token = \"tok\"", "token = \"tok\"\nverification.method = \"spot_check\""),
        "0.5",
        &["are 1.1 of all", "at most 0.4"],
    );
}

#[test]
fn a_token_names_one_price_rule_and_no_term_of_the_other() {
    let rule = "price.rule = \"exogenous\"\n";
    one(
        &instead(rule, ""),
        "tok",
        &["token `tok` names no price rule", "one of: exogenous, burn_and_mint"],
    );
    one(
        &network(&[("token.tok", "price.reversion = \"4 1/year\"")]),
        "\"4 1/year\"",
        &["`price.reversion` belongs to the price rule `burn_and_mint`", "follows `exogenous`"],
    );
    let burns = "price.rule = \"burn_and_mint\"\nemission.rule = \"burn_and_mint\"\n";
    let paid = "token = \"tok\"\npayment.rail = \"token\"";
    let sound = instead(rule, burns).replace("token = \"tok\"", paid);
    assert_eq!(findings(&sound), []);
    one(
        &sound.replace(burns, &format!("{burns}price.volatility = \"1 1/year^0.5\"\n")),
        "\"1 1/year^0.5\"",
        &["`price.volatility` belongs to the price rule `exogenous`"],
    );
    one(&instead(rule, burns), "\"burn_and_mint\"", &["has no equilibrium", "payment.rail"]);
    one(
        &sound.replace("emission.rule = \"burn_and_mint\"\n", ""),
        "\"burn_and_mint\"",
        &["emission.rule = \"fixed\" burns nothing"],
    );
}

#[test]
fn operators_that_decide_have_a_type_and_a_network() {
    let target = "capacity_target = \"operators\"\n";
    let mix = "operator_mix = { miner = 1 }";
    let found = findings(&instead(target, ""));
    let said: Vec<&str> = found.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(
        found.iter().filter(|d| d.severity == Severity::Error).map(|d| d.line).collect::<Vec<_>>(),
        [5, 6],
        "{said:#?}"
    );
    assert!(said[0].contains("under the capacity target `portfolio`"), "{said:#?}");
    assert!(said[1].contains("has no operators to pay"), "{said:#?}");
    let untyped = "[provider.EST-network]\ncapacity_target = \"operators\"";
    one(untyped, "\"operators\"", &["names no types", "operator_mix = { a_type = 1 }"]);
    one(
        &instead(mix, "operator_mix = { miner = 0.5, minre = 0.5 }"),
        "minre",
        &["which is no operator of this scenario", "did you mean `miner`?"],
    );
    let other =
        "[provider.SLV-network]\ncapacity_target = \"operators\"\noperator_mix = { miner = 1 }\n";
    one(
        &format!("{}{other}", instead(mix, "operator_mix = { miner = 0.5 }")),
        "{ miner = 0.5 }",
        &["the sum is 0.5"],
    );
}

#[test]
fn what_networks_refer_to_is_there() {
    one(
        &instead("networks = [\"EST-network\"]", "networks = [\"EST-netwrok\"]"),
        "\"EST-netwrok\"",
        &["did you mean `EST-network`?"],
    );
    one(&instead("residence = \"SLV\"\n", ""), "o", &["`owner.o.residence` is missing"]);
    one(
        &network(&[("operator.miner", "hosts = { hetzer = 1 }")]),
        "hetzer",
        &["no host of this scenario"],
    );
    one(
        &network(&[("provider.SLV-network", "payment.rail = \"either\"")]),
        "\"either\"",
        &["pay in tokens, but it has no token", "payment.rail = \"currency\""],
    );
}

#[test]
fn rules_that_cannot_come_to_bear_are_warnings_at_their_place() {
    let network = |line: &str| network(&[("provider.EST-network", line)]);
    one(
        &network("scheduling = \"stake_weighted\""),
        "\"stake_weighted\"",
        &["warning", "bind none"],
    );
    one(&network("governance.dispute.fork = 0.5"), "0.5", &["warning", "never forks"]);
    one("[operator.idle]", "idle", &["warning", "nothing names operator `idle`"]);
    one("[token.idle]\nprice.rule = \"exogenous\"", "idle", &["warning", "nothing names token"]);
    one("[host.idle]\ntitle = \"A host\"", "idle", &["warning", "nothing names host `idle`"]);
    one(
        "[owner.idle]\nresidence = \"EST\"\nnetworks = [\"EST-network\"]\nshare = 0.1",
        "\"EST-network\"",
        &["warning", "whose operators decide nothing"],
    );
}

#[test]
fn votes_and_checks_can_be_counted() {
    let network = |line: &str| network(&[("provider.EST-network", line)]);
    one(
        &network("verification.method = \"redundancy\"\nverification.copies = 4"),
        "4",
        &["4 copies of a job may split evenly", "such as 5"],
    );
    one(
        &network("governance.take_rate = 0.3\ngovernance.take_most = 0.2"),
        "0.3",
        &["above governance.take_most = 0.2", "at most 0.2"],
    );
}
