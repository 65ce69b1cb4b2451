//! What the production chain lets a vendor make: Leontief in its stages (Leontief 1936; inventories and recovery after a disruption as in Hallegatte 2014).
//!
//! A stage has lost the share x of its capacity. What is left makes `g = slack·(1 − x) + b` of full output, b what the remaining jurisdictions
//! have built since, which grows by 1/ramp a day while g < 1 and something remains. Of the full output that the vendor asks for,
//! `min(1, g)` is made and the rest is taken from the vendor's stock while there is any; what is made beyond full output refills the stock up to
//! `buffer` days. Output of the vendor is full output times the least of what its stages deliver. Each stage is asked for full output whatever the others
//! deliver. When all is back, b is gone: what was built for the emergency is closed.

use crate::entity::stage::StageParameters;
use crate::id::StageId;

/// A stage as one vendor meets it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// Share of the stage's capacity that the vendor has lost, x.
    pub lost: f64,
    /// Stock of the stage's output, in days of full output.
    pub stock: f64,
    /// What the remaining jurisdictions have built, b, over full output.
    pub built: f64,
    /// Days of full output delivered since the last allocation.
    delivered: f64,
    /// Days since the last allocation.
    counted: f64,
    /// Day up to which all this holds.
    day: f64,
}

impl Link {
    /// Whole, with a full stock, on day 0.
    #[must_use]
    pub const fn new(terms: &StageParameters) -> Self {
        Self { lost: 0.0, stock: terms.buffer, built: 0.0, delivered: 0.0, counted: 0.0, day: 0.0 }
    }

    /// What the stage makes now, over full output: g.
    #[must_use]
    pub fn makes(&self, terms: &StageParameters) -> f64 {
        terms.slack * (1.0 - self.lost) + self.built
    }

    /// What the stage delivers now, over full output: from production and stock.
    #[must_use]
    pub fn delivers(&self, terms: &StageParameters) -> f64 {
        if self.stock > 0.0 { 1.0 } else { self.makes(terms).clamp(0.0, 1.0) }
    }

    /// Lets time pass until `day` with the share lost as it is, and then changes it to `lost`.
    pub fn change(&mut self, terms: &StageParameters, day: f64, lost: f64) {
        self.advance(terms, day);
        self.lost = lost;
        if lost <= 0.0 {
            self.built = 0.0;
        }
    }

    /// Lets time pass until `day`: delivers from production, then from stock. How a span is cut into pieces makes no difference.
    pub fn advance(&mut self, terms: &StageParameters, day: f64) {
        let span = day - self.day;
        self.day = day;
        self.counted += span;
        let makes = self.makes(terms);
        if makes >= 1.0 {
            self.delivered += span;
            self.stock = (self.stock + (makes - 1.0) * span).min(terms.buffer);
            return;
        }
        let speed = terms.ramp.filter(|_| self.lost < 1.0).map_or(0.0, |ramp| 1.0 / ramp);
        let short = if speed > 0.0 { ((1.0 - makes) / speed).min(span) } else { span };
        let lack = (1.0 - makes) * short - 0.5 * speed * short * short;
        let from_stock = lack.min(self.stock);
        self.built += speed * short;
        self.stock -= from_stock;
        self.delivered += span - (lack - from_stock);
    }

    /// The mean of what the stage delivered since the last call, over full output; what it delivers now if no time has passed.
    pub fn take_mean(&mut self, terms: &StageParameters) -> f64 {
        let mean =
            if self.counted > 0.0 { self.delivered / self.counted } else { self.delivers(terms) };
        (self.delivered, self.counted) = (0.0, 0.0);
        mean.clamp(0.0, 1.0)
    }
}

/// Leontief output over full output: the least availability among the stages that a vendor needs, at most one. A vendor without a chain has one.
#[must_use]
pub fn leontief(stages: &[StageId], available: &[f64]) -> f64 {
    stages.iter().map(|s| available[s.at()]).fold(1.0, |least, a| if a < least { a } else { least })
}

/// Availability of a stage that has lost the share `lost` for good, when stocks are used up and before anything is built.
#[must_use]
pub fn lasting(lost: f64, slack: f64) -> f64 {
    (slack * (1.0 - lost)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms(slack: f64, buffer: f64, ramp: Option<f64>) -> StageParameters {
        StageParameters { slack, buffer, ramp, ..StageParameters::default() }
    }

    /// Days of full output delivered in the 100 days after the share `lost` fails.
    fn delivered(terms: &StageParameters, lost: f64) -> f64 {
        let mut link = Link::new(terms);
        link.change(terms, 0.0, lost);
        link.advance(terms, 100.0);
        100.0 * link.take_mean(terms)
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn output_is_that_of_the_scarcest_stage() {
        let stages = [StageId(0), StageId(2)];
        assert!(close(leontief(&stages, &[0.7, 0.1, 0.4]), 0.4));
        assert!(close(leontief(&stages, &[1.5, 0.1, 3.0]), 1.0));
        assert!(close(leontief(&[], &[0.0]), 1.0));
    }

    #[test]
    fn what_is_left_makes_its_share_times_slack_and_no_more_than_all() {
        assert!(close(delivered(&terms(1.0, 0.0, None), 0.6), 40.0));
        assert!(close(delivered(&terms(1.5, 0.0, None), 0.6), 60.0));
        assert!(close(delivered(&terms(4.0, 0.0, None), 0.6), 100.0));
        assert!(close(delivered(&terms(4.0, 0.0, None), 1.0), 0.0));
        assert!(close(lasting(0.6, 1.5), 0.6) && close(lasting(0.1, 1.5), 1.0));
    }

    #[test]
    fn a_buffer_of_n_days_covers_n_days_of_what_is_lacking() {
        assert!(close(delivered(&terms(1.0, 30.0, None), 1.0), 30.0));
        assert!(close(delivered(&terms(1.0, 30.0, None), 0.6), 70.0));
        assert!(close(delivered(&terms(1.0, 100.0, None), 1.0), 100.0));
    }

    /// A ramp of r days from g = 0.4: the gap 0.6 closes linearly in 0.6·r days; the area lost is 0.6·0.6·r/2.
    #[test]
    fn the_rest_replaces_what_is_lost_linearly_and_nothing_replaces_all() {
        assert!(close(delivered(&terms(1.0, 0.0, Some(100.0)), 0.6), 100.0 - 18.0));
        assert!(close(delivered(&terms(1.0, 0.0, Some(1e-9)), 0.6), 100.0));
        assert!((delivered(&terms(1.0, 0.0, Some(1e12)), 0.6) - 40.0).abs() < 1e-6);
        assert!(close(delivered(&terms(1.0, 0.0, Some(10.0)), 1.0), 0.0));
    }

    #[test]
    fn only_spare_capacity_refills_a_stock() {
        let stock_after = |slack| {
            let terms = terms(slack, 30.0, None);
            let mut link = Link::new(&terms);
            link.change(&terms, 0.0, 1.0);
            link.change(&terms, 20.0, 0.0);
            link.advance(&terms, 40.0);
            link.stock
        };
        assert!(close(stock_after(1.0), 10.0));
        assert!(close(stock_after(1.25), 15.0));
        assert!(close(stock_after(3.0), 30.0));
    }

    proptest! {
        /// The same changes seen at more instants give the same output; losing more never gives more; a larger buffer never less.
        #[test]
        fn pieces_make_no_difference_and_losses_and_buffers_have_their_sign(
            changes in prop::collection::vec((0.0..60.0_f64, 0.0..1.0_f64), 1..8),
            (slack, buffer, more) in (1.0..3.0_f64, 0.0..60.0_f64, 0.0..40.0_f64),
            ramp in prop::option::of(10.0..500.0_f64),
            harder in 0.0..1.0_f64,
        ) {
            let output = |terms: &StageParameters, pieces: u32, harder: f64| {
                let (mut link, mut day) = (Link::new(terms), 0.0);
                for &(span, lost) in &changes {
                    link.change(terms, day, lost + (1.0 - lost) * harder);
                    for piece in 1..=pieces {
                        link.advance(terms, day + span * f64::from(piece) / f64::from(pieces));
                    }
                    day += span;
                }
                link.delivered
            };
            let base = terms(slack, buffer, ramp);
            let whole = output(&base, 1, 0.0);
            prop_assert!((whole - output(&base, 7, 0.0)).abs() < 1e-6);
            prop_assert!(output(&terms(slack, buffer + more, ramp), 1, 0.0) >= whole - 1e-6);
            if ramp.is_none() {
                prop_assert!(output(&base, 1, harder) <= whole + 1e-6);
            }
        }
    }
}
