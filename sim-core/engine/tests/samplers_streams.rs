//! Keyed streams: neighbouring keys give unrelated streams.
//!
//! All seeds are fixed. Each test states its threshold in standard deviations of the null hypothesis
//! (independent uniform bits) and the false-alarm rate over the choice of keys that follows from it.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "references independent of what is tested"
)]

use std::collections::BTreeSet;

use autarky_engine::rng::{KeyedDraws, Stream, StreamKey, child_key, entity_key, one_shot};

fn key(words: [u64; 4]) -> StreamKey {
    let [seed, replication, process, entity] = words;
    StreamKey { seed, replication, process, entity }
}

/// All keys with words below 6: neighbours in every direction, and every permutation of words.
fn grid() -> impl Iterator<Item = StreamKey> {
    (0..6_u64.pow(4)).map(|i| key([i / 216, i / 36 % 6, i / 6 % 6, i % 6]))
}

/// Correlations of all 839,160 pairs of streams at lag 0 and of each stream with the next draws of
/// the others: none beyond 7.5 standard deviations (false alarm 1e-7 over all), and their mean
/// square within six standard deviations of its expectation (2e-9; the standard deviation allows
/// for pairs that share a stream).
#[test]
fn neighbouring_keys_give_uncorrelated_streams() {
    const DRAWS: usize = 256;
    let scale = 12.0_f64.sqrt();
    let streams: Vec<Vec<f64>> = grid()
        .map(|key| {
            let mut s = Stream::new(key);
            (0..=DRAWS).map(|_| (s.uniform() - 0.5) * scale).collect()
        })
        .collect();
    let (mut worst, mut squares, mut pairs) = (0.0_f64, 0.0, 0_u32);
    let correlate = |a: &[f64], b: &[f64]| {
        a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / (DRAWS as f64).sqrt()
    };
    for (i, a) in streams.iter().enumerate() {
        for b in &streams[..i] {
            for z in [correlate(&a[..DRAWS], &b[..DRAWS]), correlate(&a[..DRAWS], &b[1..])] {
                worst = worst.max(z.abs());
                squares += z * z;
                pairs += 1;
            }
        }
    }
    let mean_square = squares / f64::from(pairs);
    println!("{pairs} correlations: worst {worst:.2} sd, mean square {mean_square:.5}");
    assert!(worst < 7.5, "a pair correlates at {worst} standard deviations");
    assert!((mean_square - 1.0).abs() < 6.0 * (20.0 / f64::from(pairs)).sqrt());
}

/// Two million neighbouring keys, by entity, replication and process: no two streams begin with the
/// same 64 bits, nor does a keyed draw repeat. The probability of a chance collision is 5e-7.
#[test]
fn neighbouring_keys_do_not_collide() {
    let keys = || (0..2_000_000_u64).map(|i| key([1, i / 1_000 % 40, i / 40_000, i % 1_000]));
    let mut first: Vec<u64> = keys().map(|key| Stream::new(key).next_u64()).collect();
    first.extend(keys().map(|key| KeyedDraws::new(key).bits(0)));
    let n = first.len();
    first.sort_unstable();
    first.dedup();
    assert_eq!(first.len(), n);
}

/// Flips each of the 256 key bits of 4,000 keys (and each index bit of keyed draws): every one of
/// the 64 output bits changes in half of them, within 7.5 standard deviations (false alarm 3e-9
/// over all 36,864 cells).
#[test]
fn every_key_bit_changes_every_output_bit_half_the_time() {
    const KEYS: u32 = 4_000;
    let mut s = Stream::new(key([9, 9, 9, 9]));
    let keys: Vec<[u64; 4]> = (0..KEYS).map(|_| [(); 4].map(|()| s.next_u64() >> 40)).collect();
    let stream = |words: [u64; 4]| Stream::new(key(words)).next_u64();
    let keyed = |words: [u64; 4]| KeyedDraws::new(key(words)).bits(3);
    for flipped in 0..256 {
        let flip = |mut words: [u64; 4]| {
            words[flipped / 64] ^= 1 << (flipped % 64);
            words
        };
        assert_half(keys.iter().map(|&words| stream(words) ^ stream(flip(words))));
        assert_half(keys.iter().map(|&words| keyed(words) ^ keyed(flip(words))));
    }
    for flipped in 0..64 {
        assert_half(keys.iter().map(|&words| {
            let draws = KeyedDraws::new(key(words));
            draws.bits(words[0]) ^ draws.bits(words[0] ^ 1 << flipped)
        }));
    }
}

fn assert_half(changes: impl Iterator<Item = u64>) {
    let (mut counts, mut n) = ([0_u32; 64], 0_u32);
    for change in changes {
        for (bit, count) in counts.iter_mut().enumerate() {
            *count += (change >> bit & 1) as u32;
        }
        n += 1;
    }
    let (half, sd) = (f64::from(n) / 2.0, f64::from(n).sqrt() / 2.0);
    for count in counts {
        assert!((f64::from(count) - half).abs() < 7.5 * sd, "{count} of {n}");
    }
}

/// χ² over 1,000 cells against its mean 999 and standard deviation 45: six of them, false alarm
/// about 1e-8.
fn assert_uniform(values: impl Iterator<Item = f64>) {
    let (mut cells, mut n) = ([0_u32; 1000], 0_u32);
    for value in values {
        assert!((0.0..1.0).contains(&value));
        cells[(value * 1000.0) as usize] += 1;
        n += 1;
    }
    let expected = f64::from(n) / 1000.0;
    let square = |count: &u32| (f64::from(*count) - expected).powi(2) / expected;
    let statistic: f64 = cells.iter().map(square).sum();
    assert!((statistic - 999.0).abs() < 270.0, "chi-square of 1,000 cells is {statistic}");
}

#[test]
fn numbers_are_uniform_along_a_stream_across_keys_and_across_indices() {
    let n = 500_000;
    let mut s = Stream::new(key([0; 4]));
    assert_uniform((0..n).map(|_| s.uniform()));
    assert_uniform((0..n).map(|_| s.uniform_open()));
    assert_uniform((0..n).map(|entity| Stream::new(key([0, 0, 0, entity])).uniform()));
    assert_uniform((0..n).map(|replication| Stream::new(key([0, replication, 0, 0])).uniform()));
    let draws = KeyedDraws::new(key([0; 4]));
    assert_uniform((0..n).map(|tick| draws.uniform(tick)));
    assert_uniform((0..n).map(|tick| draws.uniform_open(tick)));
    assert_uniform((0..n).map(|entity| one_shot(key([0, 0, 0, entity]), 5)));
    let unit = |hash: u64| (hash >> 11) as f64 / 9_007_199_254_740_992.0;
    assert_uniform((0..n).map(|i| unit(entity_key(&format!("node {i}")))));
    assert_uniform((0..n).map(|i| unit(child_key(7, i))));
    assert_uniform((0..n).map(|parent| unit(child_key(parent, 0))));
}

#[test]
fn entity_and_child_keys_are_distinct() {
    let mut keys = BTreeSet::new();
    let mut names: Vec<String> = (0..50_000).map(|i| format!("cohort/{i}")).collect();
    // Padding of the last word must not make names equal.
    names.extend((0..20).map(|n| "\0".repeat(n)));
    names.extend(["a", "a\0", "EST", "SLV", "é", "e"].map(String::from));
    for name in &names {
        assert!(keys.insert(entity_key(name)), "{name:?}");
    }
    let parents: Vec<u64> = keys.iter().copied().take(200).collect();
    for parent in parents {
        for index in 0..500 {
            assert!(keys.insert(child_key(parent, index)));
        }
    }
}

#[test]
fn a_stream_depends_on_its_key_alone() {
    let mut first = Stream::new(key([1, 2, 3, 4]));
    let mut other = Stream::new(key([1, 2, 3, 5]));
    let alone: Vec<u64> = (0..100).map(|_| first.next_u64()).collect();
    let mut again = Stream::new(key([1, 2, 3, 4]));
    for expected in alone {
        other.exponential();
        assert_eq!(again.next_u64(), expected);
    }
}

/// For n = 3·2^62 a product without rejection would give the multiples of 3 twice the weight of the
/// rest: the residues are even here, within six standard deviations.
#[test]
fn integers_below_a_bound_are_even_and_in_range() {
    let mut s = Stream::new(key([5; 4]));
    let (bound, n) = (3_u64 << 62, 300_000);
    let mut residues = [0_u32; 3];
    for _ in 0..n {
        let x = s.uniform_below(bound);
        assert!(x < bound);
        residues[(x % 3) as usize] += 1;
    }
    for count in residues {
        assert!((f64::from(count) - 100_000.0).abs() < 6.0 * (f64::from(n) * 2.0 / 9.0).sqrt());
    }
    assert_uniform((0..500_000).map(|_| s.uniform_below(1000) as f64 / 1000.0));
    assert_eq!((s.uniform_below(0), s.uniform_below(1)), (0, 0));
}
