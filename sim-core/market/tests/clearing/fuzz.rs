//! Thousands of random problems, each checked in full against the reference.

use autarky_market::mechanism::clearing::{Method, TOLERANCE};

use crate::case::{Draw, Reach, random};
use crate::reference::verify;

/// Solves `count` cases and checks each; returns Newton iterations, sorted, and how many were swept.
fn fuzz(seed: u64, count: u32, reach: Reach) -> (Vec<u32>, u32) {
    let mut iterations = Vec::new();
    let mut swept = 0;
    for index in 0..count {
        let mut draw = Draw(seed + u64::from(index));
        let case = random(&mut draw, reach);
        let solved = case.solve();
        swept += u32::from(solved.report.method == Method::Sweeps);
        verify(&case, &solved, &format!("seed {}", seed + u64::from(index)));
        iterations.push(solved.report.iterations / case.tiers() as u32);
        if reach == Reach::Ordinary && case.tiers() == 1 {
            assert!(solved.report.residual <= TOLERANCE, "seed {index}: {:?}", solved.report);
        }
    }
    iterations.sort_unstable();
    (iterations, swept)
}

#[test]
fn every_ordinary_case_is_solved_to_tolerance() {
    let (iterations, swept) = fuzz(1_000_000, 3000, Reach::Ordinary);
    println!("cold median {} max {} swept {swept}", iterations[1500], iterations[2999]);
    assert!(iterations[1500] <= 8, "median {}", iterations[1500]);
    assert!(swept <= 30, "{swept} of 3000 needed sweeps");
}

#[test]
fn every_extreme_case_is_solved_too() {
    let (iterations, swept) = fuzz(2_000_000, 3500, Reach::Extreme);
    println!("cold median {} max {} swept {swept}", iterations[1750], iterations[3499]);
    assert!(swept <= 350, "{swept} of 3500 needed sweeps");
}
