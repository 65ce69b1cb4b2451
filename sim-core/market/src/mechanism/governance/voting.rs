//! Votes by stake, and the blocs that beneficial owners form.
//!
//! A stake s > 0 casts `s^η` votes: η = 1 is one token one vote, η = ½ is quadratic voting (Lalley and Weyl 2018), η = 0 one vote to each that has any
//! stake. Votes are counted per operator name, where an owner of many names casts Σ s^η, or per beneficial owner, where it casts (Σ s)^η.
//!
//! Per name and with η < 1, `s^η` is concave and zero at zero, so that parts cast more than the whole: splitting a stake over n equal names multiplies
//! votes by n^(1−η). This is the Sybil attack (Douceur 2002), and why rules that dampen large stakes need identities. Per owner nothing is
//! gained. With η > 1 splitting loses votes.
//!
//! Per owner, the share of the largest is `1 / Σ (s_i/s₁)^η`; every ratio is at most one, so the share never rises as η falls.
//!
//! The module does not decide who votes, on what, or with which majority.

use autarky_engine::math;

/// What counts as one voter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Each operator name: nobody knows who is behind it.
    Name,
    /// Each beneficial owner, with the stake under all its names.
    Owner,
}

/// The votes of one beneficial owner.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bloc {
    /// The owner.
    pub owner: u32,
    /// Its share of all votes, in [0, 1].
    pub share: f64,
}

/// Votes of a finite stake under the exponent η ≥ 0; none for a stake that is not positive. The unit of stake does not matter to shares.
#[must_use]
pub fn votes(stake: f64, exponent: f64) -> f64 {
    if stake > 0.0 { math::pow(stake, exponent) } else { 0.0 }
}

/// Vote share of every owner that has any stake, largest first, equals by owner; empty when nobody votes.
///
/// `stakes` holds `(owner, stake)` of each operator name, stakes finite. The result does not depend on their order. `out` is overwritten.
pub fn blocs(stakes: &[(u32, f64)], exponent: f64, identity: Identity, out: &mut Vec<Bloc>) {
    let mut voters: Vec<(u32, f64)> = stakes.iter().copied().filter(|(_, s)| *s > 0.0).collect();
    voters.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    if identity == Identity::Owner {
        // Adding up in place: an owner's first name takes over the stakes of the others.
        voters.dedup_by(|name, first| {
            let same = name.0 == first.0;
            if same {
                first.1 += name.1;
            }
            same
        });
    }
    let largest = voters.iter().fold(0.0, |most, (_, s)| if *s > most { *s } else { most });
    out.clear();
    for names in voters.chunk_by(|a, b| a.0 == b.0) {
        // Relative to the largest no power overflows.
        let share = names.iter().map(|(_, stake)| votes(stake / largest, exponent)).sum();
        out.push(Bloc { owner: names[0].0, share });
    }
    let total: f64 = out.iter().map(|bloc| bloc.share).sum();
    for bloc in out.iter_mut() {
        bloc.share /= total;
    }
    out.sort_unstable_by(|a, b| b.share.total_cmp(&a.share).then(a.owner.cmp(&b.owner)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(stakes: &[(u32, f64)], exponent: f64, identity: Identity) -> Vec<Bloc> {
        // What was there before must be gone.
        let mut out = vec![Bloc { owner: 99, share: 0.5 }];
        blocs(stakes, exponent, identity, &mut out);
        out
    }

    fn share(stakes: &[(u32, f64)], exponent: f64, identity: Identity, owner: u32) -> f64 {
        let blocs = counted(stakes, exponent, identity);
        blocs.iter().find(|bloc| bloc.owner == owner).map_or(0.0, |bloc| bloc.share)
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() <= 1e-12
    }

    #[test]
    fn votes_are_linear_quadratic_or_one_each_by_the_exponent() {
        assert!(close(votes(9.0, 1.0), 9.0) && close(votes(9.0, 0.5), 3.0));
        assert!(close(votes(9.0, 0.0), 1.0) && close(votes(1e-9, 0.0), 1.0));
        for exponent in [0.0, 0.5, 1.0, 2.0] {
            assert!(close(votes(0.0, exponent), 0.0) && close(votes(-2.0, exponent), 0.0));
        }
    }

    #[test]
    fn nobody_votes_without_a_stake() {
        for identity in [Identity::Name, Identity::Owner] {
            assert!(counted(&[], 0.0, identity).is_empty());
            assert!(counted(&[(1, 0.0), (2, -1.0)], 0.0, identity).is_empty());
            let one = counted(&[(1, 0.0), (2, 1.0), (2, -5.0)], 0.0, identity);
            assert_eq!(one, [Bloc { owner: 2, share: 1.0 }]);
        }
    }

    #[test]
    fn blocs_come_largest_first_and_equals_by_owner() {
        let stakes = [(5, 1.0), (3, 2.0), (9, 1.0), (1, 1.0), (3, 2.0)];
        let order = |blocs: Vec<Bloc>| blocs.iter().map(|bloc| bloc.owner).collect::<Vec<u32>>();
        assert_eq!(order(counted(&stakes, 1.0, Identity::Owner)), [3, 1, 5, 9]);
        assert_eq!(order(counted(&stakes, 0.0, Identity::Owner)), [1, 3, 5, 9]);
        assert_eq!(order(counted(&stakes, 0.0, Identity::Name)), [3, 1, 5, 9]);
    }

    #[test]
    fn splitting_over_n_names_multiplies_votes_by_n_to_one_minus_the_exponent() {
        for (names, exponent) in
            [(1_u32, 0.5), (4, 0.5), (4, 0.0), (100, 0.75), (16, 1.0), (4, 1.5)]
        {
            let mut stakes = vec![(0, 1.0)];
            stakes.extend((0..names).map(|_| (1, 1.0 / f64::from(names))));
            let gain = math::pow(f64::from(names), 1.0 - exponent);
            let by_name = share(&stakes, exponent, Identity::Name, 1);
            assert!(close(by_name, gain / (1.0 + gain)), "{names} {exponent}: {by_name}");
            let by_owner = share(&stakes, exponent, Identity::Owner, 1);
            assert!(close(by_owner, 0.5), "{names} {exponent}: {by_owner}");
        }
    }

    #[test]
    fn no_stake_is_so_large_that_shares_overflow() {
        for identity in [Identity::Name, Identity::Owner] {
            let shares = counted(&[(0, 1e300), (1, 1e300), (2, 1e-300)], 3.0, identity);
            assert!(close(shares[0].share, 0.5) && close(shares[1].share, 0.5), "{shares:?}");
        }
    }

    fn stakes() -> impl Strategy<Value = Vec<(u32, f64)>> {
        prop::collection::vec((0_u32..6, 0.01..100.0_f64), 1..30)
    }

    proptest! {
        #[test]
        fn one_token_one_vote_gives_the_share_of_stake_under_both_identities(stakes in stakes()) {
            let total: f64 = stakes.iter().map(|(_, stake)| stake).sum();
            for identity in [Identity::Name, Identity::Owner] {
                let blocs = counted(&stakes, 1.0, identity);
                prop_assert!(close(blocs.iter().map(|bloc| bloc.share).sum(), 1.0));
                for Bloc { owner, share } in blocs {
                    let own: f64 = stakes.iter().filter(|s| s.0 == owner).map(|s| s.1).sum();
                    prop_assert!(close(share, own / total));
                }
            }
        }

        #[test]
        fn splitting_a_stake_gains_votes_below_one_and_loses_them_above_unless_counted_by_owner(
            others in stakes(), stake in 0.1..100.0_f64, part in 0.05..0.95_f64,
            low in 0.0..0.95_f64, high in 1.05..3.0_f64,
        ) {
            let with = |own: &[f64]| {
                let own = own.iter().map(|stake| (7, *stake));
                others.iter().copied().chain(own).collect::<Vec<(u32, f64)>>()
            };
            let (whole, split) = (with(&[stake]), with(&[part * stake, (1.0 - part) * stake]));
            let gain = |exponent, identity| {
                share(&split, exponent, identity, 7) - share(&whole, exponent, identity, 7)
            };
            prop_assert!(gain(low, Identity::Name) > 0.0);
            prop_assert!(gain(high, Identity::Name) < 0.0);
            prop_assert!(close(gain(low, Identity::Owner), 0.0));
            prop_assert!(close(gain(high, Identity::Owner), 0.0));
        }

        #[test]
        fn a_lower_exponent_never_raises_the_share_of_the_largest_owner(
            stakes in stakes(), exponent in 0.0..3.0_f64, part in 0.0..1.0_f64,
        ) {
            let largest = counted(&stakes, 1.0, Identity::Owner)[0].owner;
            let at = |exponent| share(&stakes, exponent, Identity::Owner, largest);
            prop_assert!(at(part * exponent) <= at(exponent) + 1e-12);
            let owners = counted(&stakes, 0.0, Identity::Owner).len() as f64;
            prop_assert!(close(at(0.0), 1.0 / owners));
        }

        #[test]
        fn the_order_of_names_does_not_change_a_bit(
            (stakes, shuffled) in stakes().prop_flat_map(|s| (Just(s.clone()), Just(s).prop_shuffle())),
            exponent in 0.0..2.0_f64,
        ) {
            for identity in [Identity::Name, Identity::Owner] {
                let (a, b) =
                    (counted(&stakes, exponent, identity), counted(&shuffled, exponent, identity));
                prop_assert_eq!(a, b);
            }
        }
    }
}
