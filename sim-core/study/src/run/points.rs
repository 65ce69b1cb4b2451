//! The points of a design, compiled when their turn comes and kept while it lasts.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use autarky_market::blueprint::Blueprint;
use autarky_market::layout;

use super::Study;
use crate::design::Design;
use crate::scenario::{Diagnostic, Loaded, Options, Reader, Source};

/// Points kept compiled: those whose runs are in progress, and their neighbours.
const KEPT: usize = 4;

/// The blueprints of every policy at a point, or why there are none.
type Compiled = Result<Vec<Blueprint>, String>;
/// Compiled once by whichever thread comes first.
type Slot = Arc<OnceLock<Arc<Compiled>>>;

/// A design on top of a resolved scenario.
#[derive(Debug)]
pub(super) struct Points {
    reader: Reader,
    design: Design,
    kept: Mutex<VecDeque<(u64, Slot)>>,
}

impl Points {
    /// Settings lie on the resolved text, so that a folder holds all that its points are made of.
    pub(super) fn new(study: &Study, design: Design) -> Result<Self, Vec<Diagnostic>> {
        let source =
            Source::Text { name: "resolved.toml".to_owned(), text: study.resolved.clone() };
        let policies = study.policies.iter().map(|policy| policy.name.clone()).collect();
        let reader = Reader::new(&source, &Options { policies, ..Options::default() })?;
        Ok(Self { reader, design, kept: Mutex::new(VecDeque::new()) })
    }

    pub(super) fn design(&self) -> &Design {
        &self.design
    }

    /// The blueprints of a point.
    pub(super) fn compiled(&self, study: &Study, point: u64) -> Arc<Compiled> {
        let slot = self.slot(point);
        Arc::clone(slot.get_or_init(|| Arc::new(self.compile(study, point))))
    }

    fn slot(&self, point: u64) -> Slot {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, slot)) = kept.iter().find(|(at, _)| *at == point) {
            return Arc::clone(slot);
        }
        if kept.len() >= KEPT {
            kept.pop_front();
        }
        let slot = Slot::default();
        kept.push_back((point, Arc::clone(&slot)));
        slot
    }

    /// The scenario at a point.
    pub(super) fn load(&self, point: u64) -> Result<Loaded, String> {
        let settings = self.design.settings(point);
        self.reader.load(&settings.sets, &settings.policy_sets).map_err(|found| {
            let first = found.first().map_or_else(String::new, |d| d.message.clone());
            self.at(point, &first)
        })
    }

    fn at(&self, point: u64, what: &str) -> String {
        format!("point {point} ({}): {what}", self.design.row_text(point))
    }

    fn compile(&self, study: &Study, point: u64) -> Compiled {
        let loaded = self.load(point)?;
        let at = |what: String| self.at(point, &what);
        let compile = |(policy, known): (&crate::scenario::Policy, &super::Policy)| {
            let blueprint = Blueprint::new(&policy.scenario)
                .map_err(|e| at(format!("{}: {}", e.path, e.message)))?;
            if layout(&blueprint) == known.layout {
                Ok(blueprint)
            } else {
                Err(at("it records other nations, dates, actors or sources than the scenario, so points cannot be compared".to_owned()))
            }
        };
        loaded.policies.iter().zip(&study.policies).map(compile).collect()
    }
}
