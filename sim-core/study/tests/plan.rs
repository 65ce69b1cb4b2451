//! Claims about plans: counts are exact, bytes those of real folders, nothing overflows, what does not fit is refused.

use std::path::Path;

use autarky_study::plan::{PolicyWork, Room, Sizes, Work, estimate, plan_text, room};
use autarky_study::run::Keep;

/// `small-state` as recorded in the folder that the lines were fitted to: two nations, quarterly for ten years.
const SMALL_STATE: Sizes = Sizes {
    nations: 2,
    dates: 40,
    series: 139,
    paths: 17,
    quantities: 231,
    actors: 25,
    kinds: 4,
    vendors: 3,
};

fn work(policies: u64, points: u64, replications: u64) -> Work {
    let policy = |p| PolicyWork { name: format!("p{p}"), sizes: SMALL_STATE, seconds: 1.5 };
    let policies = (0..policies).map(policy).collect();
    Work { policies, points, replications, jobs: 2, days: 3652.5, zones: 8, keep: Keep::Series }
}

#[test]
fn runs_rows_and_time_are_products() {
    let plan = estimate(&work(4, 3, 10));
    assert_eq!(plan.runs, 120);
    let rows: Vec<u64> = plan.tables.iter().map(|t| t.rows).collect();
    assert_eq!(rows, [120 * 2, 120 * 2 * 40, 120 * 2 * 25 * 3, 120 * 2 * 40 * 4 * 3]);
    assert_eq!(plan.tables[1].raw, 120 * 2 * 40 * 139 * 8);
    assert!((plan.thread_seconds - 180.0).abs() < 1e-9 && (plan.seconds - 90.0).abs() < 1e-9);
}

#[test]
fn bytes_on_disk_are_those_of_recorded_folders() {
    // Bytes of runs, series, withdrawal and capacity that `run small-state` with four policies wrote with -n 60 (240 runs, 24 parts) and with -n 20 (80 runs,
    // 10 parts). The lines were fitted to the single parts of both.
    let large = [2_731_871.0, 7_826_257.0, 276_833.0, 272_193.0];
    let small = [1_102_938.0, 2_746_499.0, 102_044.0, 99_197.0];
    for (runs, parts, written) in [(240, 24_u32, large), (80, 10, small)] {
        let mut work = work(1, 1, runs);
        // As many parts as there were.
        work.policies[0].seconds = (f64::from(parts) - 0.5) * 5.0 * 2.0 / runs as f64;
        let plan = estimate(&work);
        assert_eq!(plan.parts, u64::from(parts));
        for (table, bytes) in plan.tables.iter().zip(written) {
            let ratio = table.disk as f64 / bytes;
            assert!((0.9..1.1).contains(&ratio), "{}: {ratio}", table.name);
        }
    }
}

#[test]
fn memory_grows_neither_with_replications_nor_with_points() {
    let at = |points, n| estimate(&work(4, points, n)).memory.total();
    assert_eq!(at(1, 100_000), at(1, 1_000_000));
    assert!(at(1, 1_000_000) < 300 << 20, "{}", at(1, 1_000_000));
    assert_eq!(at(100, 10_000), at(1, 1_000_000));
}

#[test]
fn fuller_records_cost_more_and_in_proportion() {
    let mut work = work(4, 1, 10_000);
    for policy in &mut work.policies {
        // So fast that parts are cut by size: their number then grows with what is recorded.
        policy.seconds = 0.001;
    }
    let plan = estimate(&work);
    let cost = |at: usize| plan.fuller[at].disk as f64 / plan.disk as f64;
    // 521 weeks instead of 40 quarters; 8 zones instead of 2.
    assert!((8.0..13.1).contains(&cost(0)), "{}", cost(0));
    assert!((3.9..4.1).contains(&cost(1)), "{}", cost(1));
    assert!(cost(2) > cost(0) && cost(2) > cost(1));
}

#[test]
fn a_study_of_astronomic_size_is_refused_with_both_figures() {
    let plan = estimate(&work(4, 1_000_000_000_000, u64::MAX));
    assert_eq!(plan.runs, u64::MAX);
    let free = Room { disk: 1_000_000_000_000, memory: 8_000_000_000 };
    let refusal = plan.check(&free).expect_err("no disk has room");
    assert_eq!(refusal.what, "disk");
    assert!(refusal.to_string().contains("1.0 TB are free"), "{refusal}");
    let small = estimate(&work(4, 1, 10));
    assert!(small.check(&free).is_ok());
    let full = Room { disk: small.disk - 1, ..free };
    assert_eq!(small.check(&full).map_err(|r| (r.what, r.needed)), Err(("disk", small.disk)));
    let tight = Room { memory: small.memory.total() - 1, ..free };
    assert_eq!(small.check(&tight).map_err(|r| r.what), Err("memory"));
}

#[test]
fn the_system_says_what_is_free_even_below_a_folder_to_come() {
    let here = room(Path::new("no-such-folder/nor-this")).expect("the system says");
    assert!(here.disk > 0 && here.memory > 0, "{here:?}");
}

#[test]
fn one_of_a_thing_is_not_several() {
    let text = |work: &Work| {
        let room = Room { disk: 1 << 40, memory: 1 << 40 };
        plan_text(work, &estimate(work), &room, "")
    };
    let one = text(&Work { jobs: 1, ..work(1, 1, 1) });
    assert!(one.starts_with("1 run: 1 point × 1 policy × 1 replication\n"), "{one}");
    assert!(one.contains(" on 1 thread, "), "{one}");
    let many = text(&work(4, 3, 10));
    assert!(many.starts_with("120 runs: 3 points × 4 policies × 10 replications\n"), "{many}");
    assert!(many.contains(" on 2 threads, "), "{many}");
}
