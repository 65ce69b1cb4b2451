//! Contradictions of AI models: what only an interface or only a national model has, and events that close what cannot be closed.

use super::problem;
use crate::entity::event::{EventKind, EventParameters};
use crate::entity::model::{ModelKind, ModelParameters};
use crate::scenario::{Problem, Scenario};

type Out<'a> = &'a mut Vec<Problem>;

pub(super) fn models(scenario: &Scenario, out: Out<'_>) {
    for (id, model) in scenario.models.iter() {
        home(id, model, out);
        belongs(id, model, out);
    }
    for (id, nation) in scenario.nations.iter() {
        for (word, named) in [
            ("open", &nation.models_open),
            ("regulated", &nation.models_regulated),
            ("critical", &nation.models_critical),
        ] {
            for name in named {
                let Some(model) = scenario.models.get(name) else { continue };
                let others = model.kind == ModelKind::National && model.home.as_deref() != Some(id);
                if others {
                    let path = format!("nation.{id}.policy.models.{word}");
                    let message =
                        format!("nation `{id}` names the national model `{name}` of another");
                    let help = "a national model serves its home alone; share open weights instead";
                    out.push(problem(path, message, help));
                }
            }
        }
    }
    for (id, event) in scenario.events.iter() {
        if event.kind == EventKind::ModelAccessCut {
            cut(scenario, id, event, out);
        } else if event.kind == EventKind::OpenModelRelease {
            release(scenario, id, event, out);
        } else if !event.models.is_empty() {
            let message = format!("event `{id}` names models, but closes none");
            let help = "leave `models` out, or write kind = \"model_access_cut\"";
            out.push(problem(format!("event.{id}.models"), message, help));
        }
    }
}

fn home(id: &str, model: &ModelParameters, out: Out<'_>) {
    if model.home.is_none() && model.kind != ModelKind::OpenWeights {
        let message =
            format!("model `{id}` has no home, which kind = \"{}\" needs", model.kind.as_str());
        let help = "name the zone of its developer, or of the nation that trains it";
        out.push(problem(format!("model.{id}.home"), message, help));
    }
}

/// What is said of a model although its kind has no such thing.
fn belongs(id: &str, model: &ModelParameters, out: Out<'_>) {
    let interface = model.kind == ModelKind::ForeignApi;
    let national = model.kind == ModelKind::National;
    let word = model.kind.as_str();
    for (field, said, fits, kind) in [
        ("provider", model.provider.is_some(), interface, "foreign_api"),
        ("cut.rate", model.cut_rate > 0.0, interface, "foreign_api"),
        ("training.demand", model.training > 0.0, national, "national"),
        ("trained", model.trained > 0.0, national, "national"),
    ] {
        if said && !fits {
            let message =
                format!("model `{id}` has `{field}`, which a model of kind `{word}` has not");
            let help = format!("leave `{field}` out, or write kind = \"{kind}\"");
            out.push(problem(format!("model.{id}.{field}"), message, help));
        }
    }
}

fn cut(scenario: &Scenario, id: &str, event: &EventParameters, out: Out<'_>) {
    let path = format!("event.{id}.models");
    let interface = |m: &ModelParameters| m.kind == ModelKind::ForeignApi;
    if !scenario.models.iter().any(|(_, m)| interface(m)) {
        let message = format!("event `{id}` closes interfaces, and the scenario has none");
        let help = "add a [model] with kind = \"foreign_api\"";
        out.push(problem(path.as_str(), message, help));
    }
    for name in &event.models {
        let closable = scenario.models.get(name).is_none_or(interface);
        if !closable {
            let message = format!("event `{id}` closes model `{name}`, which is no interface");
            let help = "open weights and national models cannot be taken back";
            out.push(problem(path.as_str(), message, help));
        }
    }
    for (field, named) in [
        ("controller", event.controller.is_some()),
        ("providers", !event.providers.is_empty()),
        ("vendors", !event.vendors.is_empty()),
    ] {
        if named {
            let message = format!("event `{id}` names {field}, but it is models that are closed");
            let help = format!("leave `{field}` out");
            out.push(problem(format!("event.{id}.{field}"), message, help));
        }
    }
}

fn release(scenario: &Scenario, id: &str, event: &EventParameters, out: Out<'_>) {
    let path = format!("event.{id}.models");
    if event.models.is_empty() {
        let message = format!("event `{id}` releases no model");
        out.push(problem(path.as_str(), message, "name models of kind \"open_weights\""));
    }
    for name in &event.models {
        let open = |m: &ModelParameters| m.kind == ModelKind::OpenWeights;
        if !scenario.models.get(name).is_none_or(open) {
            let message =
                format!("event `{id}` releases model `{name}`, whose weights are not open");
            out.push(problem(path.as_str(), message, "name models of kind \"open_weights\""));
        }
    }
    if !event.to.is_empty() {
        let message = format!("event `{id}` has destinations, but open weights are everybody's");
        out.push(problem(format!("event.{id}.to.nations"), message, "leave `to` out"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::{problems, tests::whole};
    use super::*;

    /// `AAA` may use an interface, open weights and a model of its own; an event closes the interface.
    fn sound() -> Scenario {
        let mut s = whole();
        s.nations.entry("BBB");
        let api = s.models.entry("api");
        (api.kind, api.home) = (ModelKind::ForeignApi, Some("BBB".to_owned()));
        (api.provider, api.cut_rate) = (Some("p".to_owned()), 0.1);
        s.models.entry("weights");
        let own = s.models.entry("own");
        (own.kind, own.home) = (ModelKind::National, Some("AAA".to_owned()));
        own.training = 100.0;
        s.nations.entry("AAA").models_critical = vec!["own".to_owned(), "weights".to_owned()];
        let event = s.events.entry("e");
        (event.kind, event.at) = (EventKind::ModelAccessCut, Some(1.0));
        (event.to, event.models) = (vec!["AAA".to_owned()], vec!["api".to_owned()]);
        s
    }

    fn paths(scenario: &Scenario) -> Vec<String> {
        problems(scenario).into_iter().map(|p| p.path).collect()
    }

    #[test]
    fn each_contradiction_of_a_model_is_named_at_its_parameter() {
        type Break = fn(&mut Scenario);
        assert_eq!(paths(&sound()), Vec::<String>::new());
        let cases: &[(&str, Break)] = &[
            ("model.api.home", |s| s.models.entry("api").home = None),
            ("model.weights.provider", |s| {
                s.models.entry("weights").provider = Some("p".to_owned());
            }),
            ("model.own.cut.rate", |s| s.models.entry("own").cut_rate = 0.1),
            ("model.api.training.demand", |s| s.models.entry("api").training = 1.0),
            ("model.weights.trained", |s| s.models.entry("weights").trained = 1.0),
            ("nation.BBB.policy.models.open", |s| {
                s.nations.entry("BBB").models_open = vec!["own".to_owned()];
            }),
            ("event.e.models", |s| s.events.entry("e").models = vec!["weights".to_owned()]),
            ("event.e.models", |s| {
                s.models.remove("api");
                s.events.entry("e").models.clear();
            }),
            ("event.e.models", |s| {
                let event = s.events.entry("e");
                (event.kind, event.to) = (EventKind::OpenModelRelease, vec![]);
            }),
            ("event.e.to.nations", |s| {
                let event = s.events.entry("e");
                (event.kind, event.models) =
                    (EventKind::OpenModelRelease, vec!["weights".to_owned()]);
            }),
            ("event.e.models", |s| {
                let event = s.events.entry("e");
                event.kind = EventKind::ExportRegime;
                event.controller = Some("AAA".to_owned());
                s.controllers.entry("AAA").jurisdiction = "AAA".to_owned();
                s.vendors.entry("v").home = "AAA".to_owned();
            }),
            ("event.e.providers", |s| s.events.entry("e").providers = vec!["p".to_owned()]),
        ];
        for (path, change) in cases {
            let mut scenario = sound();
            change(&mut scenario);
            assert_eq!(paths(&scenario), vec![(*path).to_owned()], "{path}");
        }
    }
}
