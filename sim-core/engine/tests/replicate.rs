//! Replications: order, independence from the number of threads, stops, failures.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use autarky_engine::replicate::{RunError, replicate};
use autarky_engine::rng::{Stream, StreamKey};
use autarky_engine::stats::Welford;
use autarky_engine::stop::StopFlag;

fn threads(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).expect("the tests ask for at least one thread")
}

/// Mean of a number of exponential times that differs between replications, so that they finish
/// out of order.
fn run(replication: u64) -> Result<f64, String> {
    let mut stream = Stream::new(StreamKey { seed: 7, replication, process: 1, entity: 2 });
    let n = 1 + stream.uniform_below(3_000);
    let sum: f64 = (0..n).map(|_| stream.exponential()).sum();
    if replication % 50 == 49 { Err(format!("lost {replication}")) } else { Ok(sum / n as f64) }
}

/// What a fold saw of a replication, as bits.
type Seen = (u64, Result<u64, String>);

fn folded_on(n: usize) -> (Vec<Seen>, [u64; 2]) {
    let mut log = Vec::new();
    let mut moments = Welford::new();
    let end = replicate(0..500, threads(n), &StopFlag::new(), run, |replication, result| {
        if let Ok(x) = &result {
            moments.push(*x);
        }
        log.push((replication, result.map(f64::to_bits).map_err(|e| e.to_string())));
    });
    assert_eq!(end, Ok(500));
    let sd = moments.sd().expect("more than two replications");
    (log, [moments.mean().to_bits(), sd.to_bits()])
}

#[test]
fn every_number_of_threads_folds_the_same_bits_in_the_same_order() {
    let one = folded_on(1);
    assert!(one.0.iter().map(|entry| entry.0).eq(0..500));
    assert_eq!(one.0.iter().filter(|entry| entry.1.is_err()).count(), 10);
    for n in [2, 3, 8] {
        assert_eq!(folded_on(n), one, "{n} threads");
    }
}

#[test]
fn a_panic_becomes_the_error_of_its_replication_and_the_rest_go_on() {
    for n in [1, 3] {
        let mut failed = Vec::new();
        let mut good = 0;
        let end = replicate(
            10..60,
            threads(n),
            &StopFlag::new(),
            |replication| -> Result<u64, String> {
                assert!(replication != 17, "capacity of {replication} is negative");
                Ok(replication)
            },
            |replication, result| match result {
                Ok(_) => good += 1,
                Err(error) => failed.push((replication, error)),
            },
        );
        assert_eq!(end, Ok(60));
        assert_eq!(good, 49);
        let message = "capacity of 17 is negative".to_owned();
        assert_eq!(failed, [(17, RunError::Panicked(message))]);
    }
}

#[test]
fn a_stop_folds_a_prefix_and_starts_nothing_more() {
    for n in [1, 2, 8] {
        let stop = StopFlag::new();
        let started = AtomicUsize::new(0);
        let mut folded = Vec::new();
        let end = replicate(
            0..1_000_000,
            threads(n),
            &stop,
            |replication| {
                started.fetch_add(1, Ordering::Relaxed);
                run(replication)
            },
            |replication, _| {
                folded.push(replication);
                if replication == 100 {
                    stop.request();
                }
            },
        )
        .expect("threads start");
        assert!(folded.iter().copied().eq(0..end), "{n} threads");
        assert_eq!(started.load(Ordering::Relaxed) as u64, end, "whatever started was folded");
        assert!((101..=101 + 16 * n as u64).contains(&end), "{n} threads folded {end}");
    }
}

#[test]
fn results_waiting_for_the_fold_are_bounded_while_the_first_one_is_slow() {
    let stop = StopFlag::new();
    let (started, mut most) = (AtomicUsize::new(0), 0);
    let end = replicate(
        0..400,
        threads(4),
        &stop,
        |replication| -> Result<(), String> {
            started.fetch_add(1, Ordering::SeqCst);
            if replication == 0 {
                std::thread::sleep(Duration::from_millis(200));
            }
            Ok(())
        },
        |replication, _| {
            let ahead = started.load(Ordering::SeqCst) as u64 - replication;
            most = most.max(ahead);
        },
    );
    assert_eq!(end, Ok(400));
    // The one being folded has left the window, which refills behind it.
    assert!(most <= 4 * 16 + 1, "{most} replications were ahead of the fold");
}

#[test]
fn a_panic_in_the_fold_reaches_the_caller_and_leaves_no_thread_waiting() {
    let outcome = std::panic::catch_unwind(|| {
        replicate(0..10_000, threads(3), &StopFlag::new(), run, |replication, _| {
            assert!(replication < 20, "the caller's own panic");
        })
    });
    assert!(outcome.is_err());
}

#[test]
#[expect(clippy::reversed_empty_ranges, reason = "a caller's arithmetic may produce one")]
fn an_empty_range_folds_nothing() {
    for range in [5..5, 7..3] {
        let start = range.start;
        let end = replicate(range, threads(2), &StopFlag::new(), run, |_, _| {
            panic!("nothing to fold");
        });
        assert_eq!(end, Ok(start));
    }
}
