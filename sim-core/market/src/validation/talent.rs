//! Parameters of technicians that have no effect where technicians are not limited.

use super::problem;
use crate::scenario::{Problem, Scenario};

pub(super) fn warnings(scenario: &Scenario, out: &mut Vec<Problem>) {
    for (id, nation) in scenario.nations.iter() {
        if nation.talent_training > 0.0 && nation.talent_technicians.is_none() {
            let message = format!(
                "nation `{id}` pays the training of {} technicians a year, but has as many as it needs",
                nation.talent_training
            );
            let help = "set talent.technicians, the technicians at the start over those needed";
            out.push(problem(format!("nation.{id}.talent.training"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{tests::whole, warnings};

    #[test]
    fn training_where_nobody_is_short_is_a_warning() {
        let mut s = whole();
        s.nations.entry("AAA").talent_training = 10.0;
        assert_eq!(warnings(&s)[0].path, "nation.AAA.talent.training");
        s.nations.entry("AAA").talent_technicians = Some(1.0);
        assert!(warnings(&s).is_empty());
    }
}
