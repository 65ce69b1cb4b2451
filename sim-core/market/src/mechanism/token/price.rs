//! The price of a token: what burning supports, what sales do to it, and what its risk costs a buyer.
//!
//! Under burn and mint (Samani 2018) work is bought with tokens that are burned. Supply rests where as many are burned as minted, so at
//! `P* = USD spent / tokens minted` of the same time. The log price reverts to the log of that at a rate κ:
//! `ln P(t) = ln P* + (ln P(0) − ln P*)·e^(−κt)`, the mean path of an Ornstein–Uhlenbeck process.
//!
//! Net sales of q tokens move the log price linearly, by `−λ·q/S` for S in circulation (linear impact of Kyle 1985, in the log so that no sale
//! makes a price negative). Sold gradually along that line they bring `q·P·(e^x − 1)/x` for the change x: the integral of the price. It rises
//! with q, towards P·S/λ: more sold is never worth less, and a sale in parts brings what it brings at once
//! (with the same S, and below the largest move that [`impact`] allows).
//!
//! A token's price moves between buying and spending. The price of that risk is `½·γ·σ²·t` (Pratt 1964).
//!
//! There is no order book, no speculation and no random move here: noise comes from the process that drives the log price.

use autarky_engine::math;

/// Largest move of the log price by one sale: ln 1e6.
const MOST: f64 = 13.815_510_557_964_274;

/// Price at which the tokens burned are those minted, USD per token: USD spent on work over tokens minted in the same time.
///
/// `None` where no positive price does it: without spending it would be zero, without minting infinite.
#[must_use]
pub fn equilibrium(spend: f64, mint: f64) -> Option<f64> {
    let price = spend / mint;
    (mint > 0.0 && price > 0.0 && price.is_finite()).then_some(price)
}

/// Log price after so many years of reversion to `log_target` at `rate` a year, both non-negative: exact for any step.
#[must_use]
pub fn revert(log_price: f64, log_target: f64, rate: f64, years: f64) -> f64 {
    log_price - (log_target - log_price) * math::exp_m1(-rate * years)
}

/// Change in the log price when `sold` more tokens are sold than bought (negative: bought) of those in circulation.
///
/// `coefficient` is λ, non-negative: the fall of the log price if all were sold. At most ln 1e6 either way; 0 where none circulate.
#[must_use]
pub fn impact(sold: f64, circulating: f64, coefficient: f64) -> f64 {
    if circulating > 0.0 { (-coefficient * sold / circulating).clamp(-MOST, MOST) } else { 0.0 }
}

/// USD from tokens sold gradually while the log price moves evenly by `change` from that of `price`; negative tokens are bought, at a cost.
#[must_use]
pub fn proceeds(tokens: f64, price: f64, change: f64) -> f64 {
    // Accurate for small changes as well: exp_m1(x) is x up to its last bit there.
    let mean = if change == 0.0 { 1.0 } else { math::exp_m1(change) / change };
    tokens * price * mean
}

/// Tokens that `usd` dollars buy gradually from `price` on, while purchases raise it: `n = (C/λ)·ln(1 + λ·usd/(P·C))`, C in circulation, so that
/// −[`proceeds`] of −n along [`impact`] of −n is `usd`. Short of the bound of the impact.
#[must_use]
pub fn tokens_for((usd, price): (f64, f64), circulating: f64, coefficient: f64) -> f64 {
    let relative = coefficient * usd / (price * circulating);
    if circulating > 0.0 && relative > 0.0 {
        usd / price * (math::ln_1p(relative) / relative)
    } else {
        usd / price
    }
}

/// Share of the price that a buyer would give up to be rid of the token's risk for so many days (of a year of 365.25).
///
/// `aversion` is relative risk aversion γ to what the buyer holds in tokens, `volatility` the standard deviation σ of the log price over a year.
/// An approximation for small risks, and not bounded by 1.
#[must_use]
pub fn risk_premium(aversion: f64, volatility: f64, days: f64) -> f64 {
    0.5 * aversion * math::square(volatility) * days / 365.25
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sale(sold: f64, price: f64, circulating: f64, coefficient: f64) -> f64 {
        proceeds(sold, price, impact(sold, circulating, coefficient))
    }

    /// Published example: 73,000 tokens minted and $100,000 of work bought in a month.
    #[test]
    fn at_the_equilibrium_price_as_many_tokens_are_burned_as_minted() {
        let price = equilibrium(100_000.0, 73_000.0).unwrap();
        assert!((price - 1.369_863_013_698_63).abs() < 1e-14, "{price}");
        assert!((100_000.0 / price - 73_000.0).abs() < 1e-9);
        assert!(equilibrium(200_000.0, 73_000.0).unwrap() > price);
        assert!(equilibrium(100_000.0, 80_000.0).unwrap() < price);
    }

    #[test]
    fn there_is_no_equilibrium_without_spending_or_without_minting() {
        for (spend, mint) in [(0.0, 1.0), (1.0, 0.0), (0.0, 0.0), (-1.0, -1.0), (1e308, 1e-308)] {
            assert_eq!(equilibrium(spend, mint), None, "{spend} {mint}");
        }
    }

    #[test]
    fn half_of_the_gap_is_closed_in_a_half_life_and_all_of_it_in_the_end() {
        let half_life = std::f64::consts::LN_2 / 0.8;
        assert!((revert(1.0, -3.0, 0.8, half_life) + 1.0).abs() < 1e-14);
        assert!((revert(1.0, -3.0, 0.8, 1e3) + 3.0).abs() < 1e-14);
        assert!((revert(1.0, -3.0, 0.0, 9.0) - 1.0).abs() < 1e-14);
        assert!((revert(1.0, -3.0, 0.8, 0.0) - 1.0).abs() < 1e-14);
    }

    #[test]
    fn selling_lowers_and_buying_raises_the_price_by_the_share_of_circulation() {
        assert!((impact(10.0, 1000.0, 3.0) + 0.03).abs() < 1e-15);
        assert!((impact(-10.0, 1000.0, 3.0) - 0.03).abs() < 1e-15);
        assert!(impact(0.0, 1000.0, 3.0).abs() < 1e-300 && impact(5.0, 0.0, 3.0).abs() < 1e-300);
        for sold in [1e9, f64::MAX] {
            let least = math::exp(impact(sold, 1.0, 30.0));
            assert!((least - 1e-6).abs() < 1e-18, "{least}");
        }
    }

    #[test]
    fn without_impact_there_is_no_slippage() {
        assert!((sale(500.0, 2.5, 1000.0, 0.0) - 1250.0).abs() < 1e-12);
        for change in [1e-18, -1e-18, 1e-9, -1e-9, f64::MIN_POSITIVE, -5e-324] {
            let bound = 1250.0 * (change.abs() + 1e-15);
            assert!((proceeds(500.0, 2.5, change) - 1250.0).abs() < bound, "{change}");
        }
    }

    /// Midpoint rule with 1000 steps: relative error x²/24e6 = 1.7e-7 for x = −2.
    #[test]
    fn proceeds_are_the_integral_of_the_price_along_the_sale() {
        let along = |i: i32| math::exp(-2.0 * (f64::from(i) + 0.5) / 1000.0);
        let sum = (0..1000).map(along).sum::<f64>() / 1000.0;
        assert!((proceeds(40.0, 3.0, -2.0) - 120.0 * sum).abs() < 120.0 * 2e-7);
    }

    #[test]
    fn the_risk_premium_is_what_pratt_derives() {
        assert!((risk_premium(2.0, 1.0, 365.25) - 1.0).abs() < 1e-15);
        assert!((risk_premium(3.0, 0.9, 30.0) - 1.5 * 0.81 * 30.0 / 365.25).abs() < 1e-15);
        // Price up or down by s with even odds, constant relative risk aversion 3: what is given up over s² tends to 3/2.
        let s = 0.2 * math::sqrt(7.3 / 365.25);
        let utility = |x: f64| -0.5 / (x * x);
        let mean = 0.5 * (utility(1.0 + s) + utility(1.0 - s));
        let given_up = 1.0 - 1.0 / math::sqrt(-2.0 * mean);
        assert!((risk_premium(3.0, 0.2, 7.3) / given_up - 1.0).abs() < 2.0 * s * s);
    }

    proptest! {
        #[test]
        fn what_money_buys_costs_that_money_and_resold_brings_it_back(
            usd in 1.0..1e7_f64, price in 0.01..100.0_f64, circulating in 1e6..1e9_f64,
            coefficient in 0.0..2.0_f64,
        ) {
            prop_assume!(coefficient * usd / (price * circulating) < 100.0);
            let bought = tokens_for((usd, price), circulating, coefficient);
            let change = impact(-bought, circulating, coefficient);
            prop_assert!((-proceeds(-bought, price, change) / usd - 1.0).abs() < 1e-9);
            let after = price * math::exp(change);
            let back = proceeds(bought, after, impact(bought, circulating, coefficient));
            prop_assert!((back / usd - 1.0).abs() < 1e-9, "{back} {usd}");
        }

        #[test]
        fn reversion_in_two_steps_is_reversion_in_one(
            (price, target) in (-9.0..9.0_f64, -9.0..9.0_f64),
            rate in 0.0..20.0_f64,
            (first, second) in (0.0..2.0_f64, 0.0..2.0_f64),
        ) {
            let twice = revert(revert(price, target, rate, first), target, rate, second);
            let once = revert(price, target, rate, first + second);
            prop_assert!((twice - once).abs() < 1e-13);
            prop_assert!((once - target).abs() <= (price - target).abs() + 1e-14);
        }

        /// Exact below the largest move; 1e-13 is some hundred roundings.
        #[test]
        fn a_sale_in_two_parts_brings_what_it_brings_at_once(
            (first, second) in (0.0..500.0_f64, 0.0..500.0_f64),
            price in 1e-3..1e3_f64,
            coefficient in 0.0..13.0_f64,
        ) {
            let after = price * math::exp(impact(first, 1000.0, coefficient));
            let parts = sale(first, price, 1000.0, coefficient) + sale(second, after, 1000.0, coefficient);
            let whole = sale(first + second, price, 1000.0, coefficient);
            prop_assert!((parts - whole).abs() <= 1e-13 * whole, "{parts} {whole}");
        }

        /// (1 − e^(−λq/S))·P·S/λ rises with q, and beyond the largest move a sale brings a constant mean price.
        #[test]
        fn more_sold_is_never_worth_less_and_never_more_than_without_impact(
            (sold, more) in (0.0..5e3_f64, 0.0..5e3_f64),
            price in 1e-3..1e3_f64,
            coefficient in 1e-3..50.0_f64,
        ) {
            let (less, all) = (sale(sold, price, 1000.0, coefficient), sale(sold + more, price, 1000.0, coefficient));
            prop_assert!(all >= less * (1.0 - 1e-15), "{less} {all}");
            prop_assert!(all <= (sold + more) * price);
            if coefficient * (sold + more) / 1000.0 < MOST {
                prop_assert!(all <= price * 1000.0 / coefficient * (1.0 + 1e-14));
            }
        }

        #[test]
        fn a_purchase_and_its_resale_break_even_and_leave_the_price(
            bought in 1e-3..800.0_f64, price in 1e-3..1e3_f64, coefficient in 0.0..10.0_f64,
        ) {
            let cost = -sale(-bought, price, 1000.0, coefficient);
            let peak = price * math::exp(impact(-bought, 1000.0, coefficient));
            prop_assert!(peak >= price && cost >= bought * price * (1.0 - 1e-15));
            prop_assert!((sale(bought, peak, 1000.0, coefficient) - cost).abs() <= 1e-13 * cost);
        }
    }
}
