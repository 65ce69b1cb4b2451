//! Contradictions of events: triggers, what an event names, and regimes that reach nothing.

use super::{government, problem};
use crate::entity::controller::{Regime, Scope};
use crate::entity::event::{EventKind, EventParameters};
use crate::entity::provider::ProviderParameters;
use crate::scenario::{Problem, Scenario};

type Out<'a> = &'a mut Vec<Problem>;

/// Events outside of the time simulated.
pub(super) fn warnings(scenario: &Scenario, out: Out<'_>) {
    let days = scenario.horizon.years * 365.25;
    for (id, event) in scenario.events.iter() {
        if let Some(at) = event.at.filter(|at| *at < 0.0 || *at > days) {
            let message =
                format!("event `{id}` at day {at} lies outside the {days} days simulated");
            let help = "move the event or lengthen horizon.years";
            out.push(problem(format!("event.{id}.at"), message, help));
        }
    }
}

/// A grey channel that nobody uses, or that has nothing to sell.
pub(super) fn grey_channel(scenario: &Scenario, out: Out<'_>) {
    let mut users =
        scenario.providers.iter().filter(|(_, provider)| provider.grey).map(|(id, _)| id);
    match (users.next(), scenario.grey.volume > 0.0) {
        (Some(id), false) => {
            let message =
                format!("provider `{id}` buys through the grey channel, whose volume is zero");
            out.push(problem(format!("provider.{id}.grey"), message, "set grey.volume"));
        }
        (None, true) => {
            let message = "the grey channel has a volume, but no provider uses it";
            let help = "write grey = true in [provider.network] or another provider";
            out.push(problem("grey.volume", message, help));
        }
        _ => {}
    }
}

pub(super) fn events(scenario: &Scenario, out: Out<'_>) {
    for (id, tension) in scenario.tensions.iter().filter(|(_, t)| t.initial > t.levels) {
        let message =
            format!("tension `{id}` begins at level {} of {}", tension.initial, tension.levels);
        out.push(problem(format!("tension.{id}.initial"), message, "begin at `levels` or below"));
    }
    for (id, event) in scenario.events.iter() {
        if event.to.is_empty() && event.kind != EventKind::OpenModelRelease {
            let message = format!("event `{id}` has no destination");
            let help = "write to = { nations = [\"EST\"] }";
            out.push(problem(format!("event.{id}.to.nations"), message, help));
        }
        trigger(scenario, id, event, out);
        match event.kind {
            EventKind::ExportRegime => regime(scenario, id, event, out),
            EventKind::CloudSuspension => suspension(scenario, id, event, out),
            EventKind::RemoteSwitchOff => switch_off(scenario, id, event, out),
            EventKind::PolicyChange => government::policy_change(id, event, out),
            // What it closes is in `models.rs`.
            EventKind::ModelAccessCut | EventKind::OpenModelRelease => {}
            EventKind::AllianceChange => super::alliance::change(scenario, id, event, out),
        }
        if event.alliance.is_some() && event.kind != EventKind::AllianceChange {
            let message = format!("event `{id}` names an alliance, and changes none");
            let help = "leave `alliance` out, or write kind = \"alliance_change\"";
            out.push(problem(format!("event.{id}.alliance"), message, help));
        }
        government::only_policy_changes_set(id, event, out);
    }
    circles(scenario, out);
}

/// Exactly one trigger, and what belongs to it.
fn trigger(scenario: &Scenario, id: &str, event: &EventParameters, out: Out<'_>) {
    let given = [
        event.at.map(|_| "at"),
        event.tension.as_ref().map(|_| "tension"),
        event.answers.as_ref().map(|_| "answers"),
    ];
    let given: Vec<&str> = given.into_iter().flatten().collect();
    match given[..] {
        [] => {
            let message = format!("event `{id}` has no trigger");
            let help = "write at = \"24 months\", or tension = \"a tension\" with a level, or answers = \"another event\"";
            out.push(problem(format!("event.{id}.at"), message, help));
        }
        [one] => {
            if let Some(until) = event.until.filter(|_| one != "at") {
                let message = format!(
                    "event `{id}` ends at day {until}, but it hangs on `{one}` and ends with that"
                );
                let help = "`until` belongs to `at`; leave it out";
                out.push(problem(format!("event.{id}.until"), message, help));
            }
        }
        [first, .., last] => {
            let message =
                format!("event `{id}` has {} triggers: {}", given.len(), given.join(", "));
            let help = format!("keep one of them, `{first}` say");
            out.push(problem(format!("event.{id}.{last}"), message, help));
        }
    }
    if let (Some(at), Some(until)) =
        (event.at, event.until.filter(|until| event.at >= Some(*until)))
    {
        let message = format!("event `{id}` ends at day {until}, not after it begins at day {at}");
        out.push(problem(format!("event.{id}.until"), message, "`until` lies after `at`"));
    }
    let tension = event.tension.as_ref().and_then(|t| scenario.tensions.get(t).map(|p| (t, p)));
    if let Some((name, tension)) = tension.filter(|(_, t)| event.level > t.levels) {
        let message = format!(
            "event `{id}` waits for level {} of tension `{name}`, which has {}",
            event.level, tension.levels
        );
        let help = format!("at most {}, or raise tension.{name}.levels", tension.levels);
        out.push(problem(format!("event.{id}.level"), message, help));
    }
}

/// Events that answer each other in a circle: none of them can ever begin.
fn circles(scenario: &Scenario, out: Out<'_>) {
    for (id, event) in scenario.events.iter() {
        let mut chain = vec![id];
        let mut next = event.answers.as_deref();
        while let Some(to) = next.filter(|to| !chain.contains(to)) {
            chain.push(to);
            next = scenario.events.get(to).and_then(|e| e.answers.as_deref());
        }
        // Each circle is reported once, at its first event.
        if next == Some(id) && chain.iter().min() == Some(&id) {
            chain.push(id);
            let message = format!(
                "events answer each other in a circle: {}; none can begin",
                chain.join(" → ")
            );
            let help = "give one of them a date or a tension";
            out.push(problem(format!("event.{id}.answers"), message, help));
        }
    }
}

fn regime(scenario: &Scenario, id: &str, event: &EventParameters, out: Out<'_>) {
    if event.scope.is_empty() {
        let message = format!("event `{id}` applies to nothing");
        out.push(problem(format!("event.{id}.scope"), message, "name at least one scope"));
    }
    not_named(id, ("providers", &event.providers), "cloud_suspension", out);
    not_named(id, ("vendors", &event.vendors), "remote_switch_off", out);
    for scope in &event.scope {
        let forms = forms(*scope);
        if !forms.contains(&event.regime) {
            let words: Vec<&str> = forms.iter().map(|form| form.as_str()).collect();
            let (form, scope) = (event.regime.as_str(), scope.as_str());
            let message = format!("event `{id}`: the scope `{scope}` knows no {form}");
            let help = format!(
                "`{scope}` takes {}; give `{form}` an event of its own without `{scope}`",
                words.join(", ")
            );
            out.push(problem(format!("event.{id}.scope"), message, help));
        }
    }
    match &event.controller {
        None => {
            let path = format!("event.{id}.controller");
            let message = format!("`{path}` is missing");
            out.push(problem(path, message, "name the controller that changes its regime"));
        }
        Some(controller) => reach(scenario, id, (controller, &event.scope), out),
    }
}

/// A regime reaches all vendors and providers of its jurisdiction: none is named.
fn not_named(id: &str, (field, names): (&str, &[String]), kind: &str, out: Out<'_>) {
    if !names.is_empty() {
        let message =
            format!("event `{id}` names {field}, but a regime reaches all of its jurisdiction");
        let help = format!("leave `{field}` out, or write kind = \"{kind}\"");
        out.push(problem(format!("event.{id}.{field}"), message, help));
    }
}

/// The forms of regime that a scope knows. A cap counts compute, so it is for hardware.
const fn forms(scope: Scope) -> &'static [Regime] {
    match scope {
        Scope::Hardware => Regime::ALL,
        Scope::Spares | Scope::Cloud | Scope::Services => {
            &[Regime::Open, Regime::Licence, Regime::Ban]
        }
        Scope::Chain => &[Regime::Open, Regime::Ban],
    }
}

/// A regime from a controller that controls nothing is no regime.
fn reach(scenario: &Scenario, id: &str, (controller, scopes): (&str, &[Scope]), out: Out<'_>) {
    let Some(terms) = scenario.controllers.get(controller) else { return };
    let zone = &terms.jurisdiction;
    for &scope in scopes.iter().filter(|scope| !controls(scenario, zone, **scope)) {
        let message = format!(
            "event `{id}`: controller `{controller}` controls nothing of the scope `{}`: no {} is at home in `{zone}`",
            scope.as_str(),
            subject(scope)
        );
        let able =
            scenario.controllers.iter().filter(|(_, c)| controls(scenario, &c.jurisdiction, scope));
        let able: Vec<&str> = able.map(|(other, _)| other).collect();
        let help = if able.is_empty() {
            format!("leave `{}` out of the scope", scope.as_str())
        } else {
            format!("controllers of this scope: {}", able.join(", "))
        };
        out.push(problem(format!("event.{id}.controller"), message, help));
    }
}

fn controls(scenario: &Scenario, zone: &str, scope: Scope) -> bool {
    let sells_abroad =
        |p: &ProviderParameters| p.home == zone && (p.exports || p.zones.iter().any(|z| z != zone));
    match scope {
        Scope::Hardware | Scope::Spares | Scope::Services => {
            scenario.vendors.iter().any(|(_, vendor)| vendor.home == zone)
        }
        Scope::Cloud => scenario.providers.iter().any(|(_, p)| sells_abroad(p)),
        Scope::Chain => super::chain::withholds(scenario, zone),
    }
}

const fn subject(scope: Scope) -> &'static str {
    match scope {
        Scope::Hardware | Scope::Spares | Scope::Services => "vendor",
        Scope::Cloud => "provider that sells abroad",
        Scope::Chain => "stage of production",
    }
}

fn suspension(scenario: &Scenario, id: &str, event: &EventParameters, out: Out<'_>) {
    let path = format!("event.{id}.providers");
    if event.providers.is_empty() {
        let message = format!("event `{id}` suspends no provider");
        out.push(problem(path.as_str(), message, "name at least one provider"));
    }
    if event.controller.is_some() {
        let message = format!("event `{id}` names a controller, but it is providers that suspend");
        let help =
            "leave `controller` out, or write kind = \"export_regime\" with scope = [\"cloud\"]";
        out.push(problem(format!("event.{id}.controller"), message, help));
    }
    if !event.vendors.is_empty() {
        let message = format!("event `{id}` names vendors, but it is providers that suspend");
        let help = "leave `vendors` out, or write kind = \"remote_switch_off\"";
        out.push(problem(format!("event.{id}.vendors"), message, help));
    }
    for name in &event.providers {
        let Some(provider) = scenario.providers.get(name) else { continue };
        let serves = |nation: &String| {
            provider.exports || provider.zones.contains(nation) || provider.members.contains(nation)
        };
        if !event.to.is_empty() && !event.to.iter().any(serves) {
            let message =
                format!("event `{id}`: provider `{name}` serves none of the destinations anyway");
            let help = "name a provider that exports or has a site there";
            out.push(problem(path.as_str(), message, help));
        }
    }
}

fn switch_off(scenario: &Scenario, id: &str, event: &EventParameters, out: Out<'_>) {
    if event.vendors.is_empty() && event.providers.is_empty() {
        let message = format!("event `{id}` switches nothing off");
        let help = "name `vendors`, `providers` or both";
        out.push(problem(format!("event.{id}.vendors"), message, help));
    }
    if event.controller.is_some() {
        let message = format!(
            "event `{id}` names a controller, but it is vendors or providers that switch off"
        );
        out.push(problem(format!("event.{id}.controller"), message, "leave `controller` out"));
    }
    for name in &event.providers {
        let Some(provider) = scenario.providers.get(name) else { continue };
        if !event.to.is_empty() && !event.to.iter().any(|nation| provider.zones.contains(nation)) {
            let message = format!(
                "event `{id}`: provider `{name}` has no site in the destinations to switch off"
            );
            let help = "name a provider with a site there, or write kind = \"cloud_suspension\"";
            out.push(problem(format!("event.{id}.providers"), message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{problems, warnings};
    use super::*;

    /// `AAA` has a vendor, a cloud and a controller, `BBB` a controller and nothing to control; the event is sound.
    fn sound() -> Scenario {
        let mut s = super::super::tests::whole();
        s.nations.entry("BBB");
        s.vendors.entry("v").home = "AAA".to_owned();
        let cloud = s.providers.entry("c");
        (cloud.home, cloud.exports, cloud.zones) = ("AAA".to_owned(), true, vec!["AAA".to_owned()]);
        for id in ["AAA", "BBB"] {
            s.controllers.entry(id).jurisdiction = id.to_owned();
        }
        s.tensions.entry("t");
        let event = s.events.entry("e");
        (event.at, event.to) = (Some(1.0), vec!["BBB".to_owned()]);
        event.controller = Some("AAA".to_owned());
        s
    }

    fn suspended(s: &mut Scenario) -> &mut EventParameters {
        let event = s.events.entry("e");
        (event.kind, event.controller) = (EventKind::CloudSuspension, None);
        event.providers = vec!["c".to_owned()];
        event
    }

    fn paths(scenario: &Scenario) -> Vec<String> {
        problems(scenario).into_iter().map(|p| p.path).collect()
    }

    #[test]
    fn a_regime_and_a_suspension_with_one_trigger_are_sound() {
        assert_eq!(paths(&sound()), Vec::<String>::new());
        let mut s = sound();
        suspended(&mut s);
        assert_eq!(paths(&s), Vec::<String>::new());
    }

    #[test]
    fn each_contradiction_of_an_event_is_named_at_its_parameter() {
        type Break = fn(&mut Scenario);
        let cases: &[(&str, Break)] = &[
            ("event.e.to.nations", |s| s.events.entry("e").to.clear()),
            ("event.e.at", |s| s.events.entry("e").at = None),
            ("event.e.tension", |s| s.events.entry("e").tension = Some("t".to_owned())),
            ("event.e.until", |s| s.events.entry("e").until = Some(1.0)),
            ("event.e.until", |s| {
                let event = s.events.entry("e");
                (event.at, event.tension) = (None, Some("t".to_owned()));
                event.until = Some(9.0);
            }),
            ("event.e.level", |s| {
                let event = s.events.entry("e");
                (event.at, event.tension) = (None, Some("t".to_owned()));
                event.level = 4;
            }),
            ("tension.t.initial", |s| s.tensions.entry("t").initial = 4),
            ("event.e.scope", |s| s.events.entry("e").scope.clear()),
            ("event.e.scope", |s| s.events.entry("e").regime = Regime::Cap),
            ("event.e.controller", |s| s.events.entry("e").controller = None),
            ("event.e.providers", |s| s.events.entry("e").providers = vec!["c".to_owned()]),
            ("event.e.controller", |s| {
                let event = s.events.entry("e");
                (event.controller, event.scope) = (Some("BBB".to_owned()), vec![Scope::Spares]);
            }),
            ("event.e.controller", |s| {
                let event = s.events.entry("e");
                (event.controller, event.scope) = (Some("BBB".to_owned()), vec![Scope::Cloud]);
            }),
            ("event.e.controller", |s| s.events.entry("e").scope = vec![Scope::Chain]),
            ("event.e.vendors", |s| s.events.entry("e").vendors = vec!["v".to_owned()]),
            ("event.e.vendors", |s| {
                let event = suspended(s);
                event.kind = EventKind::RemoteSwitchOff;
                event.providers.clear();
            }),
            ("event.e.providers", |s| suspended(s).kind = EventKind::RemoteSwitchOff),
            ("event.e.providers", |s| suspended(s).providers.clear()),
            ("event.e.providers", |s| suspended(s).providers = vec!["p".to_owned()]),
            ("event.e.controller", |s| suspended(s).controller = Some("AAA".to_owned())),
        ];
        for (path, change) in cases {
            let mut scenario = sound();
            change(&mut scenario);
            assert_eq!(paths(&scenario), vec![(*path).to_owned()], "{path}");
        }
    }

    #[test]
    fn a_regime_without_reach_says_which_controllers_have_one() {
        let mut s = sound();
        s.events.entry("e").controller = Some("BBB".to_owned());
        let found = problems(&s);
        assert_eq!(found.len(), 2, "one for hardware, one for spares");
        assert!(found[0].message.contains("no vendor is at home in `BBB`"), "{}", found[0].message);
        assert_eq!(found[0].help, "controllers of this scope: AAA");
    }

    #[test]
    fn the_chain_is_withheld_by_controllers_whose_jurisdiction_hosts_a_stage_alone() {
        let mut s = sound();
        s.events.entry("e").scope = vec![Scope::Chain];
        s.stages.entry("foundry").shares = vec![("AAA".to_owned(), 1.0)];
        assert!(paths(&s).is_empty(), "{:?}", paths(&s));
        s.stages.entry("foundry").shares = vec![("BBB".to_owned(), 1.0)];
        assert_eq!(paths(&s), ["event.e.controller"]);
        s.events.entry("e").controller = Some("BBB".to_owned());
        assert!(paths(&s).is_empty(), "{:?}", paths(&s));
    }

    #[test]
    fn events_that_answer_each_other_in_a_circle_are_named_once() {
        let mut s = sound();
        for (id, to) in [("x", "y"), ("y", "z"), ("z", "x"), ("w", "x")] {
            let event = s.events.entry(id);
            (event.answers, event.to) = (Some(to.to_owned()), vec!["BBB".to_owned()]);
            event.controller = Some("AAA".to_owned());
        }
        let found = problems(&s);
        assert_eq!(paths(&s), ["event.x.answers"]);
        assert!(found[0].message.contains("x → y → z → x"), "{}", found[0].message);
    }

    #[test]
    fn a_grey_channel_without_users_or_volume_is_a_warning() {
        let path = |s: &Scenario| warnings(s).into_iter().map(|p| p.path).collect::<Vec<_>>();
        let mut s = sound();
        s.grey.volume = 1.0;
        assert_eq!(path(&s), ["grey.volume"]);
        s.providers.entry("p").grey = true;
        assert!(path(&s).is_empty());
        s.grey.volume = 0.0;
        assert_eq!(path(&s), ["provider.p.grey"]);
    }

    #[test]
    fn an_event_outside_the_horizon_is_a_warning() {
        let mut s = sound();
        s.events.entry("e").at = Some(1e5);
        assert!(paths(&s).is_empty());
        assert_eq!(warnings(&s)[0].path, "event.e.at");
    }
}
