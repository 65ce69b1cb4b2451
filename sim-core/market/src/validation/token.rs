//! Contradictions of token protocols: supply, stake, and one price rule.

use std::collections::BTreeSet;

use super::{SHARE_TOLERANCE, problem, tidy};
use crate::blueprint::network::schedule;
use crate::entity::provider::{Payment, ProviderParameters};
use crate::entity::token::{Emission, TokenParameters, TokenPrice};
use crate::scenario::{Problem, Scenario};

type Out<'a> = &'a mut Vec<Problem>;

/// Most tokens of one kind that the books are meant for, as the ranges of the parameters say.
const MOST_TOKENS: f64 = 1e15;
/// Supply over its bound that is rounding.
const ROUNDING: f64 = 1e-12;

pub(super) fn tokens(scenario: &Scenario, out: Out<'_>) {
    let unburned = unburned(scenario);
    for (id, token) in scenario.tokens.iter() {
        supply(scenario, id, token, out);
        stake(id, token, out);
        price(id, token, out);
        equilibrium(id, token, unburned.contains(id), out);
    }
}

/// What runs but is probably not meant.
pub(super) fn warnings(scenario: &Scenario, out: Out<'_>) {
    let unburned = unburned(scenario);
    for (id, token) in scenario.tokens.iter() {
        if is_bounded_by_burning(token) {
            out.extend(overflow(id, token, scenario.horizon.years));
        }
        let burns = token.emission == Emission::BurnAndMint;
        if burns && token.price == Some(TokenPrice::Exogenous) && unburned.contains(id) {
            let message =
                format!("token `{id}` is never burned: no network has its buyers pay in it");
            let help = "write payment.rail = \"token\" for a network that names it, or emission.rule = \"fixed\"";
            out.push(problem(format!("token.{id}.emission.rule"), message, help));
        }
    }
}

/// Tokens that networks name of which none has its buyers pay in them and in nothing else: what is paid otherwise is not burned.
fn unburned(scenario: &Scenario) -> BTreeSet<&str> {
    let named = |test: fn(&ProviderParameters) -> bool| -> BTreeSet<&str> {
        let providers = scenario.providers.iter().filter(|(_, p)| test(p));
        providers.filter_map(|(_, p)| p.token.as_deref()).collect()
    };
    &named(|_| true) - &named(|p| p.payment == Payment::Token)
}

fn supply(scenario: &Scenario, id: &str, token: &TokenParameters, out: Out<'_>) {
    if let Some(most) = token.most.filter(|most| token.initial > *most) {
        let message = format!(
            "token `{id}` begins with {} tokens, above supply.most = {most}",
            token.initial
        );
        let help = format!("at most {most}, or raise supply.most");
        out.push(problem(format!("token.{id}.supply.initial"), message, help));
    } else if !is_bounded_by_burning(token) {
        out.extend(overflow(id, token, scenario.horizon.years));
    }
    let sum = token.work + token.stake;
    if sum > 1.0 + SHARE_TOLERANCE {
        let message = format!(
            "work and stake get {} of what token `{id}` issues: {} and {}",
            tidy(sum),
            token.work,
            token.stake
        );
        let help = format!("at most {}, or lower emission.work", tidy(1.0 - token.work));
        out.push(problem(format!("token.{id}.emission.stake"), message, help));
    }
}

/// Under a bound on supply, burning makes room for what is minted: whether that is enough shows in the run.
fn is_bounded_by_burning(token: &TokenParameters) -> bool {
    token.emission == Emission::BurnAndMint && token.most.is_some()
}

/// More tokens at the end of the time simulated than there may be.
fn overflow(id: &str, token: &TokenParameters, years: f64) -> Option<Problem> {
    let schedule = schedule(token);
    let bound = token.most.unwrap_or(MOST_TOKENS);
    let at = |date: f64| token.initial + schedule.issued(if date < years { date } else { years });
    let is_above = |date: f64| at(date) > bound * (1.0 + ROUNDING);
    if token.initial > bound || !is_above(years) {
        return None;
    }
    let year = (1..=years.ceil() as u32).find(|&year| is_above(f64::from(year)))?;
    let limit = match token.most {
        Some(most) => format!("supply.most = {most}"),
        None => format!("the {bound} that fit into its books"),
    };
    let unless = if is_bounded_by_burning(token) { " unless buyers burn the rest" } else { "" };
    let message = format!(
        "token `{id}` would come to {} tokens in the {years} years simulated, above {limit}, which it passes in year {year}{unless}",
        at(years).round()
    );
    // What is issued is in proportion to the rate, or to the total.
    let (name, given) = match token.emission {
        Emission::Geometric => ("total", token.total),
        Emission::Halving | Emission::Staged | Emission::Fixed | Emission::BurnAndMint => {
            ("rate", token.rate)
        }
    };
    let fits = given * (bound - token.initial) / schedule.issued(years);
    let or = if token.most.is_some() { ", or raise supply.most" } else { "" };
    let help = format!("at most {}{or}", fits.floor());
    Some(problem(format!("token.{id}.emission.{name}"), message, help))
}

/// Nobody loses a part of a stake that nobody has.
fn stake(id: &str, token: &TokenParameters, out: Out<'_>) {
    let shares = [("slash", "slashes", token.slash), ("forfeit", "keeps", token.forfeit)];
    for (name, verb, share) in shares {
        if share > 0.0 && token.required <= 0.0 {
            let message = format!(
                "token `{id}` {verb} {} % of a stake, but operators bind none: stake.required is 0",
                tidy(100.0 * share)
            );
            let help = format!("write stake.required = \"1000 USD/H100e\", or stake.{name} = 0");
            out.push(problem(format!("token.{id}.stake.{name}"), message, help));
        }
    }
}

/// One price rule, and no terms of the other.
fn price(id: &str, token: &TokenParameters, out: Out<'_>) {
    let exogenous = [
        ("price.volatility", token.volatility),
        ("price.jump.rate", token.jump_rate),
        ("price.jump.mean", token.jump_mean),
        ("price.jump.deviation", token.jump_deviation),
        ("price.drift", token.drift),
    ];
    let reversion = [("price.reversion", token.reversion)];
    let (rule, other, terms) = match token.price {
        Some(rule @ TokenPrice::BurnAndMint) => (rule, TokenPrice::Exogenous, &exogenous[..]),
        Some(rule @ TokenPrice::Exogenous) => (rule, TokenPrice::BurnAndMint, &reversion[..]),
        None => {
            let message = format!("token `{id}` names no price rule");
            let help = format!("write price.rule as one of: {}", TokenPrice::WORDS.join(", "));
            return out.push(problem(format!("token.{id}.price.rule"), message, help));
        }
    };
    for (name, _) in terms.iter().filter(|(_, term)| term.is_some()) {
        let message = format!(
            "`{name}` belongs to the price rule `{}`, and token `{id}` follows `{}`",
            other.as_str(),
            rule.as_str()
        );
        let help = format!("leave it out, or write price.rule = \"{}\"", other.as_str());
        out.push(problem(format!("token.{id}.{name}"), message, help));
    }
}

/// The burn-and-mint equilibrium is spending over minting. Where nothing is burned or minted there is none, and the price would follow neither of the two rules: sales
/// alone would move it. So this is an error, unless no network pays in the token at all: then nobody sees its price.
fn equilibrium(id: &str, token: &TokenParameters, unburned: bool, out: Out<'_>) {
    if token.price != Some(TokenPrice::BurnAndMint) {
        return;
    }
    let (name, message, help) = if token.emission != Emission::BurnAndMint {
        let rule = token.emission.as_str();
        (
            "price.rule",
            format!(
                "the price of token `{id}` has no equilibrium: emission.rule = \"{rule}\" burns nothing"
            ),
            "write emission.rule = \"burn_and_mint\", or price.rule = \"exogenous\"",
        )
    } else if token.rate <= 0.0 {
        (
            "emission.rate",
            format!("the price of token `{id}` has no equilibrium: nothing is minted"),
            "write an emission.rate above 0, or price.rule = \"exogenous\"",
        )
    } else if unburned {
        (
            "price.rule",
            format!(
                "the price of token `{id}` has no equilibrium: no network has its buyers pay in it, so nothing is burned"
            ),
            "write payment.rail = \"token\" for a network that names it, or price.rule = \"exogenous\"",
        )
    } else {
        return;
    };
    out.push(problem(format!("token.{id}.{name}"), message, help));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::provider::CapacityTarget;

    type Break = fn(&mut TokenParameters);

    /// A network that pays in `t`, of which there are at most 2000, half of them there at the start of ten years.
    fn with(change: impl FnOnce(&mut TokenParameters), payment: Payment) -> Scenario {
        let mut s = Scenario::default();
        s.horizon.years = 10.0;
        let network = s.providers.entry("n");
        (network.capacity_target, network.payment) = (CapacityTarget::Operators, payment);
        network.token = Some("t".to_owned());
        let token = s.tokens.entry("t");
        (token.initial, token.most, token.rate) = (1000.0, Some(2000.0), 100.0);
        token.price = Some(TokenPrice::Exogenous);
        change(token);
        s
    }

    fn found(s: &Scenario) -> Vec<Problem> {
        let mut out = Vec::new();
        tokens(s, &mut out);
        out
    }

    fn paths(s: &Scenario) -> Vec<String> {
        found(s).into_iter().map(|p| p.path).collect()
    }

    fn doubted(s: &Scenario) -> Vec<String> {
        let mut out = Vec::new();
        warnings(s, &mut out);
        out.into_iter().map(|p| p.path).collect()
    }

    fn burn_and_mint(token: &mut TokenParameters) {
        (token.emission, token.price) = (Emission::BurnAndMint, Some(TokenPrice::BurnAndMint));
    }

    #[test]
    fn each_contradiction_of_a_token_is_named_at_its_parameter() {
        let cases: [(&str, Break); 20] = [
            ("token.t.supply.initial", |t| t.initial = 2001.0),
            ("token.t.emission.rate", |t| t.rate = 101.0),
            ("token.t.emission.rate", |t| {
                (t.emission, t.rate, t.period) = (Emission::Halving, 200.0, 4.0);
            }),
            ("token.t.emission.rate", |t| {
                (t.emission, t.rate, t.decline) = (Emission::Staged, 200.0, 0.001);
            }),
            ("token.t.emission.total", |t| {
                (t.emission, t.total, t.period) = (Emission::Geometric, 1010.0, 1.0);
            }),
            ("token.t.emission.rate", |t| (t.most, t.rate) = (None, 1.01e14)),
            ("token.t.emission.stake", |t| (t.work, t.stake) = (0.7, 0.4)),
            ("token.t.stake.slash", |t| t.slash = 0.5),
            ("token.t.stake.forfeit", |t| t.forfeit = 0.5),
            ("token.t.price.rule", |t| t.price = None),
            ("token.t.price.rule", |t| (t.price, t.reversion) = (None, Some(1.0))),
            ("token.t.price.reversion", |t| t.reversion = Some(1.0)),
            ("token.t.price.volatility", |t| {
                burn_and_mint(t);
                t.volatility = Some(1.0);
            }),
            ("token.t.price.jump.rate", |t| {
                burn_and_mint(t);
                t.jump_rate = Some(0.0);
            }),
            ("token.t.price.jump.mean", |t| {
                burn_and_mint(t);
                t.jump_mean = Some(0.0);
            }),
            ("token.t.price.jump.deviation", |t| {
                burn_and_mint(t);
                t.jump_deviation = Some(1.0);
            }),
            ("token.t.price.drift", |t| {
                burn_and_mint(t);
                t.drift = Some(0.0);
            }),
            ("token.t.price.rule", |t| t.price = Some(TokenPrice::BurnAndMint)),
            ("token.t.price.rule", |t| {
                burn_and_mint(t);
                (t.emission, t.rate) = (Emission::Fixed, 0.0);
            }),
            ("token.t.emission.rate", |t| {
                burn_and_mint(t);
                t.rate = 0.0;
            }),
        ];
        for (path, change) in cases {
            assert_eq!(paths(&with(change, Payment::Token)), [path]);
        }
    }

    #[test]
    fn what_comes_close_to_a_contradiction_is_none() {
        let cases: [Break; 9] = [
            |_| (),
            |t| (t.initial, t.rate) = (2000.0, 0.0),
            // 1000 in all time, up to the bound.
            |t| (t.emission, t.rate, t.period) = (Emission::Halving, 125.0, 4.0),
            // The limit is above the bound, but far away.
            |t| (t.emission, t.total, t.period) = (Emission::Geometric, 1e6, 1e4),
            |t| (t.most, t.rate) = (None, 9.9e13),
            |t| (t.work, t.stake) = (0.6, 0.4),
            |t| (t.required, t.slash, t.forfeit) = (1.0, 1.0, 1.0),
            |t| (t.volatility, t.jump_rate, t.drift) = (Some(1.0), Some(1.0), Some(0.1)),
            |t| {
                burn_and_mint(t);
                t.reversion = Some(1.0);
            },
        ];
        for (at, change) in cases.into_iter().enumerate() {
            let s = with(change, Payment::Token);
            assert_eq!((paths(&s), doubted(&s)), (Vec::new(), Vec::new()), "case {at}");
        }
    }

    /// Issue of 300 a year passes 2000 from 1000 within the fourth year, at the last date simulated too. At 2.5 years it does not.
    #[test]
    fn the_year_in_which_supply_overflows_is_the_first_at_whose_end_it_does() {
        let said = |years: f64, rate: f64| {
            let mut s = with(|t| t.rate = rate, Payment::Currency);
            s.horizon.years = years;
            found(&s).into_iter().map(|p| (p.message, p.help)).next()
        };
        let (message, help) = said(10.0, 300.0).unwrap_or_default();
        assert_eq!(
            message,
            "token `t` would come to 4000 tokens in the 10 years simulated, above supply.most = 2000, which it passes in year 4"
        );
        assert_eq!(help, "at most 100, or raise supply.most");
        assert!(
            said(3.5, 300.0)
                .is_some_and(|(m, _)| m.contains("2050 tokens") && m.contains("year 4"))
        );
        assert_eq!(said(2.5, 300.0), None);
        // Full to the last token at the end of a year is not above.
        assert!(said(10.0, 1000.0).is_some_and(|(m, _)| m.contains("in year 2")));
        assert_eq!(said(1.0, 1000.0), None);
    }

    /// The rate that the help of the error names is right, and no rate above it is.
    #[test]
    fn the_most_that_help_offers_is_taken_and_no_more() {
        for emission in [Emission::Halving, Emission::Staged, Emission::Fixed, Emission::Geometric]
        {
            let at = |rate: f64| {
                with(|t| (t.emission, t.rate, t.total) = (emission, rate, rate), Payment::Currency)
            };
            let help = found(&at(1e6)).remove(0).help;
            let words = help.trim_start_matches("at most ").split(',').next().unwrap_or_default();
            let most: f64 = words.parse().unwrap_or(f64::NAN);
            assert_eq!(found(&at(most)), [], "{help}");
            assert_eq!(found(&at(most + 1.0)).len(), 1, "{help}");
        }
    }

    #[test]
    fn a_price_that_follows_burning_needs_buyers_who_burn() {
        for (payment, expected) in
            [(Payment::Token, None), (Payment::Either, Some(())), (Payment::Currency, Some(()))]
        {
            let s = with(burn_and_mint, payment);
            assert_eq!(paths(&s).len(), usize::from(expected.is_some()), "{payment:?}");
            assert!(paths(&s).iter().all(|path| path == "token.t.price.rule"));
            let by_chance = with(
                |t| {
                    burn_and_mint(t);
                    t.price = Some(TokenPrice::Exogenous);
                },
                payment,
            );
            assert_eq!(paths(&by_chance), Vec::<String>::new(), "its price does not need it");
            assert_eq!(doubted(&by_chance).len(), usize::from(expected.is_some()), "{payment:?}");
        }
        let mut nobody = with(burn_and_mint, Payment::Currency);
        nobody.providers.entry("n").token = None;
        assert_eq!(paths(&nobody), Vec::<String>::new(), "nobody sees its price");
        let mut two = with(burn_and_mint, Payment::Currency);
        let other = two.providers.entry("other");
        (other.token, other.payment) = (Some("t".to_owned()), Payment::Token);
        assert_eq!(paths(&two), Vec::<String>::new(), "one that burns is enough");
    }

    #[test]
    fn minting_above_the_bound_is_a_doubt_where_burning_may_make_room() {
        let s = with(
            |t| {
                burn_and_mint(t);
                t.rate = 300.0;
            },
            Payment::Token,
        );
        assert_eq!(paths(&s), Vec::<String>::new());
        assert_eq!(doubted(&s), ["token.t.emission.rate"]);
        let endless = with(
            |t| {
                burn_and_mint(t);
                (t.most, t.rate) = (None, 1.01e14);
            },
            Payment::Token,
        );
        assert_eq!(
            paths(&endless),
            ["token.t.emission.rate"],
            "the books count all that is minted"
        );
        assert_eq!(doubted(&endless), Vec::<String>::new());
    }
}
