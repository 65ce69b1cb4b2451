//! Slips in alliances, commons and compliance by jurisdiction are found at their place, with what would be right.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "tests: a failure is a failed claim"
)]

mod support;

use support::findings::one;

#[test]
fn an_unknown_member_names_the_alliance_and_suggests_one() {
    let file = "[alliance.pact]\nmembers = [\"EST\", \"SLW\"]";
    one(
        file,
        "\"SLW\"",
        &["`alliance.pact.members` refers to `SLW`", "no nation", "did you mean `SLV`?"],
    );
}

#[test]
fn an_allotment_above_one_is_found_at_its_nation() {
    let file = "[provider.pool]\nkind = \"commons\"\nhome = \"EST\"\nzones = [\"EST\"]\n[provider.pool.commons]\nmembers = [\"EST\", \"SLV\"]\nallotment = \"given\"\nallotments = { EST = 1.5 }";
    one(file, "1.5", &["allotments.EST", "out of range", "from 0 up to 1"]);
}

#[test]
fn allotments_that_sum_to_more_than_one_are_found_at_their_table() {
    let file = "[provider.pool]\nkind = \"commons\"\nhome = \"EST\"\nzones = [\"EST\"]\n[provider.pool.commons]\nmembers = [\"EST\", \"SLV\"]\nallotment = \"given\"\nallotments = { EST = 0.7, SLV = 0.6 }";
    one(file, "{ EST = 0.7, SLV = 0.6 }", &["sum to 1.3", "one at most"]);
}

#[test]
fn compliance_by_jurisdiction_needs_its_unit_and_a_known_nation() {
    let file = "[nation.EST.policy]\ncompliance_with = { USA = 0.2 }";
    one(file, "0.2", &["compliance_with.USA", "needs a unit", "0.2 USD/H100eh"]);
    let file = "[nation.EST.policy]\ncompliance_with = { USB = \"0.2 USD/H100eh\" }";
    one(file, "USB", &["refers to `USB`", "no nation"]);
}
