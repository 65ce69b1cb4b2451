//! Layers of settings to a [`Scenario`] in which every value knows where it comes from.
//!
//! Order, later wins: declared default, calibration table, defaults of a provider kind, parents, file, overlays, policy,
//! `--set`. Named here are only the parameters that resolution itself is about: kind, home and zones of providers.

use super::layer::{Layer, LayerKind, Setting, What, is_optional, path_of, root_index, root_spec};
use super::source::{Files, Finding, Findings, Place};
use super::suggest;
use super::value::Parsed;
use super::{personas, portfolio, references, zones};
use autarky_market::entity::provider::ProviderKind;
use autarky_market::scenario::Scenario;
use autarky_market::schema::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Trace {
    pub(crate) kind: LayerKind,
    pub(crate) place: Option<Place>,
    /// Places of the elements of a list.
    pub(crate) parts: Vec<Place>,
    /// `calibration/nations.csv:12`, or what it was derived from.
    pub(crate) at: String,
    pub(crate) source: String,
    pub(crate) vintage: String,
    pub(crate) status: String,
}

impl Trace {
    /// A value that a text gave.
    fn given(kind: LayerKind, place: Place, parts: &[Place]) -> Self {
        let (at, source) = (String::new(), "scenario".to_owned());
        let (vintage, status) = (String::new(), "assumed".to_owned());
        Self { kind, place: Some(place), parts: parts.to_vec(), at, source, vintage, status }
    }

    /// A value that resolution derived.
    pub(crate) fn derived(at: &str, source: &str) -> Self {
        Self {
            kind: LayerKind::Derived,
            place: None,
            parts: Vec::new(),
            at: at.to_owned(),
            source: source.to_owned(),
            vintage: String::new(),
            status: "calibrated".to_owned(),
        }
    }
}

/// Traces by root, identifier and field.
pub(crate) type Traces = BTreeMap<(usize, String, usize), Trace>;

/// A scenario with its traces.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    pub(crate) scenario: Scenario,
    pub(crate) traces: Traces,
    /// Where entries are named.
    pub(crate) places: BTreeMap<(usize, String), Place>,
    /// Entries with a value that could not be read.
    pub(crate) broken: BTreeSet<(usize, String)>,
    /// Entries that were switched off.
    pub(crate) disabled: BTreeMap<(usize, String), Place>,
    /// Zone of every economy that a bloc or the focus takes.
    pub(crate) zone_of: BTreeMap<String, String>,
}

/// Resolves layers in rising precedence.
pub(crate) fn resolve(files: &Files, layers: &[&Layer], findings: &mut Findings) -> Resolved {
    let mut index: Index<'_> = BTreeMap::new();
    for layer in layers {
        for setting in &layer.settings {
            let root = index.entry(setting.root).or_default();
            root.entry(&setting.id).or_default().push((layer.kind, setting));
        }
    }
    let mut resolver = Resolver { files, layers, index, findings, out: Resolved::default() };
    resolver.survey();
    resolver.apply_where(&|root| root_spec(root).singleton || root_spec(root).name == "bloc");
    zones::build(&mut resolver);
    resolver.create_entries();
    resolver.create_providers();
    resolver.apply_where(&|root| !root_spec(root).singleton && root_spec(root).name != "bloc");
    references::check(&mut resolver);
    personas::fill(&mut resolver);
    resolver.out
}

/// Settings by root and identifier, in rising precedence.
type Index<'r> = BTreeMap<usize, BTreeMap<&'r str, Vec<(LayerKind, &'r Setting)>>>;

/// State of one resolution.
pub(crate) struct Resolver<'r> {
    pub(crate) files: &'r Files,
    pub(crate) layers: &'r [&'r Layer],
    index: Index<'r>,
    pub(crate) findings: &'r mut Findings,
    pub(crate) out: Resolved,
}

impl<'r> Resolver<'r> {
    /// What all layers say about one entry.
    fn about(&self, root: usize, id: &str) -> &[(LayerKind, &'r Setting)] {
        self.index.get(&root).and_then(|ids| ids.get(id)).map_or(&[], Vec::as_slice)
    }

    fn survey(&mut self) {
        for layer in self.layers {
            for setting in &layer.settings {
                let key = (setting.root, setting.id.clone());
                match setting.what {
                    What::Declared => {
                        self.out.places.insert(key, setting.place);
                    }
                    What::Enabled(true) if setting.id == "*" => {
                        self.out.disabled.retain(|(root, _), _| *root != setting.root);
                    }
                    What::Enabled(true) => drop(self.out.disabled.remove(&key)),
                    What::Enabled(false) if setting.id == "*" => {
                        let ids: Vec<_> = self
                            .out
                            .places
                            .keys()
                            .filter(|k| k.0 == setting.root)
                            .cloned()
                            .collect();
                        self.out.disabled.extend(ids.into_iter().map(|key| (key, setting.place)));
                    }
                    What::Enabled(false) => drop(self.out.disabled.insert(key, setting.place)),
                    What::Broken => drop(self.out.broken.insert(key)),
                    What::Value { .. } => {}
                }
            }
        }
    }

    /// Whether an entry was switched off.
    pub(crate) fn is_disabled(&self, root: usize, id: &str) -> bool {
        self.out.disabled.contains_key(&(root, id.to_owned()))
    }

    /// Identifiers of a root that the files name and do not switch off.
    pub(crate) fn declared(&self, root: usize) -> Vec<String> {
        let all = self.out.places.keys().filter(|(r, _)| *r == root).map(|(_, id)| id.clone());
        all.filter(|id| !self.is_disabled(root, id)).collect()
    }

    fn create_entries(&mut self) {
        for (root, spec) in Scenario::ROOTS.iter().enumerate() {
            if spec.singleton || ["nation", "provider", "bloc"].contains(&spec.name) {
                continue;
            }
            for id in self.declared(root) {
                self.out.scenario.entry_mut(spec.name, &id);
                if spec.name == "hardware" {
                    zones::fill_hardware(self, root, &id);
                }
            }
        }
    }

    /// Every declared provider, and a data centre and a network in every zone, with the defaults of their kind.
    fn create_providers(&mut self) {
        let Some(root) = root_index("provider") else { return };
        let mut providers: BTreeMap<String, Option<ProviderKind>> = BTreeMap::new();
        let zones: Vec<String> =
            self.out.scenario.nations.iter().map(|(id, _)| id.to_owned()).collect();
        for zone in &zones {
            for kind in [ProviderKind::DataCentre, ProviderKind::Network] {
                let id = format!("{zone}-{}", kind.as_str());
                if !self.is_disabled(root, &id) {
                    let provider = self.out.scenario.providers.entry(&id);
                    (provider.kind, provider.home, provider.zones) =
                        (kind, zone.clone(), vec![zone.clone()]);
                    for name in ["kind", "home", "zones"] {
                        self.derive(root, &id, name, &format!("automatic provider of zone {zone}"));
                    }
                    providers.insert(id, Some(kind));
                }
            }
        }
        for id in self.declared(root) {
            if !ProviderKind::WORDS.contains(&id.as_str()) {
                providers.entry(id).or_default();
            }
        }
        for (id, automatic) in providers {
            self.out.scenario.entry_mut("provider", &id);
            let named = self.last_word(root, &id, "kind");
            match named.or(automatic.map(|k| k.as_str().to_owned())) {
                Some(kind) => self.apply_kind(root, &id, &kind),
                None => self.no_kind(root, &id),
            }
        }
    }

    fn no_kind(&mut self, root: usize, id: &str) {
        let key = (root, id.to_owned());
        if !self.out.broken.contains(&key) && !self.findings.is_full() {
            let path = path_of(root, id, "kind");
            let message = format!("provider `{id}` does not say its kind");
            let zones: Vec<String> =
                self.out.scenario.providers.iter().map(|(id, _)| id.to_owned()).collect();
            let near = suggest::nearest(id, zones.iter().map(String::as_str).filter(|z| *z != id));
            let finding = Finding::error(self.out.places.get(&key).copied(), &path, message)
                .allowed(ProviderKind::WORDS.join(", "))
                .maybe_help(near.map(|n| format!("did you mean the automatic provider `{n}`?")));
            self.findings.push(finding);
            self.out.broken.insert(key);
        }
    }

    /// The defaults of a kind, from all layers.
    fn apply_kind(&mut self, root: usize, id: &str, kind: &str) {
        for (_, setting) in self.about(root, kind).to_vec() {
            self.apply(setting, id, LayerKind::KindDefault);
        }
    }

    /// The last word that any layer gives to a parameter.
    fn last_word(&self, root: usize, id: &str, name: &str) -> Option<String> {
        let field = root_spec(root).fields.iter().position(|f| f.name == name)?;
        let mut texts = self.about(root, id).iter().filter_map(|(_, s)| match &s.what {
            What::Value { field: f, reading, .. } if *f == field => match &reading.parsed {
                Parsed::Value(Value::Text(word)) => Some(word.clone()),
                _ => None,
            },
            _ => None,
        });
        texts.next_back()
    }

    /// Notes that resolution derived a value.
    pub(crate) fn derive(&mut self, root: usize, id: &str, name: &str, at: &str) {
        if let Some(field) = root_spec(root).fields.iter().position(|f| f.name == name) {
            self.out.traces.insert((root, id.to_owned(), field), Trace::derived(at, "derived"));
        }
    }

    /// Applies all layers in order to the roots that `wanted` accepts.
    fn apply_where(&mut self, wanted: &dyn Fn(usize) -> bool) {
        for layer in self.layers {
            for setting in layer.settings.iter().filter(|s| wanted(s.root)) {
                self.apply_setting(setting, layer.kind);
            }
            if layer.kind >= LayerKind::Policy {
                portfolio::rescale(self, layer, wanted);
            }
        }
    }

    fn apply_setting(&mut self, setting: &Setting, kind: LayerKind) {
        let spec = root_spec(setting.root);
        if kind == LayerKind::Policy && ["horizon", "focus", "bloc"].contains(&spec.name) {
            let message = format!(
                "a policy cannot change `{}`: policies are compared on the same zones and days",
                spec.name
            );
            let finding = Finding::error(Some(setting.place), spec.name, message);
            return self
                .findings
                .push(finding.help("set it in the file, or with --set for all policies"));
        }
        if setting.id == "*" {
            let ids: Vec<String> =
                self.out.scenario.identifiers(spec.name).iter().map(|s| (*s).to_owned()).collect();
            return ids.iter().for_each(|id| self.apply(setting, id, kind));
        }
        let is_template =
            spec.name == "provider" && ProviderKind::WORDS.contains(&setting.id.as_str());
        if is_template {
            return;
        }
        if self.is_disabled(setting.root, &setting.id) {
            return self.check_disabled(setting, kind);
        }
        if spec.name == "bloc" && kind < LayerKind::Policy {
            self.out.scenario.entry_mut(spec.name, &setting.id);
        }
        if self.out.scenario.entry(spec.name, &setting.id).is_some() {
            self.apply(setting, &setting.id, kind);
        } else {
            self.no_entry(setting, kind);
        }
    }

    /// What is switched off must be there without the switch.
    fn check_disabled(&mut self, setting: &Setting, kind: LayerKind) {
        if self.findings.is_full()
            || !matches!(setting.what, What::Enabled(false))
            || self.is_known(setting)
        {
            return;
        }
        let name = root_spec(setting.root).name;
        let path = path_of(setting.root, &setting.id, "enabled");
        let known: BTreeSet<&str> = self
            .out
            .places
            .keys()
            .filter(|(r, id)| *r == setting.root && *id != setting.id)
            .map(|(_, id)| id.as_str())
            .collect();
        let near = suggest::nearest(&setting.id, known).map(|n| format!("did you mean `{n}`?"));
        let message = format!("there is no {name} `{}` to switch off", setting.id);
        let finding = Finding::error(Some(setting.place), &path, message).maybe_help(near);
        self.findings.push(if kind < LayerKind::Policy { finding.warning() } else { finding });
    }

    /// Whether an entry is automatic, or said to be there by more than its own switch.
    fn is_known(&self, setting: &Setting) -> bool {
        let (root, id) = (setting.root, setting.id.as_str());
        let zones = &self.out.scenario.nations;
        let of_zone = |(zone, kind): (&str, &str)| {
            zones.get(zone).is_some() && ProviderKind::WORDS.contains(&kind)
        };
        let automatic = match root_spec(root).name {
            "provider" => id.rsplit_once('-').is_some_and(of_zone),
            "nation" => zones.get(id).is_some(),
            _ => false,
        };
        let about = self.about(root, id);
        let has_value =
            about.iter().any(|(_, s)| matches!(s.what, What::Value { .. } | What::Broken));
        let named = about.iter().filter(|(_, s)| matches!(s.what, What::Declared)).count();
        let switched = about
            .iter()
            .any(|(kind, s)| *kind < LayerKind::Policy && matches!(s.what, What::Enabled(_)));
        automatic || has_value || named > usize::from(switched)
    }

    /// A setting for an entry that does not exist: an aggregated economy, or a slip.
    fn no_entry(&mut self, setting: &Setting, kind: LayerKind) {
        if self.findings.is_full() {
            return;
        }
        let spec = root_spec(setting.root);
        let path = path_of(setting.root, &setting.id, "");
        let known = self.out.scenario.identifiers(spec.name);
        let mut finding;
        if let Some(zone) = self.out.zone_of.get(&setting.id).filter(|_| spec.name == "nation") {
            if kind == LayerKind::Parent {
                return;
            }
            let message =
                format!("economy `{}` is part of bloc `{zone}`, so this has no effect", setting.id);
            finding = Finding::error(Some(setting.place), &path, message)
                .help(format!("add \"{}\" to focus.nations, or set nation.{zone}", setting.id));
            if kind < LayerKind::Policy {
                finding = finding.warning();
            }
        } else {
            let message = format!("there is no {} `{}`", spec.name, setting.id);
            finding = Finding::error(Some(setting.place), &path, message)
                .maybe_help(suggest::hint(&setting.id, &known));
        }
        self.findings.push(finding);
    }

    fn apply(&mut self, setting: &Setting, id: &str, kind: LayerKind) {
        let What::Value { field, reading, place } = &setting.what else { return };
        let value = match &reading.parsed {
            Parsed::Value(value) => value.clone(),
            Parsed::DateInstant(date) => Value::Number(date - self.out.scenario.horizon.start),
            Parsed::Unset => {
                return self.unset(setting.root, id, *field, Trace::given(kind, *place, &[]));
            }
        };
        let trace = Trace::given(kind, *place, &reading.parts);
        self.put((setting.root, id, *field), value, trace);
    }

    /// Sets the parameter of a root, identifier and field, and notes where from.
    pub(crate) fn put(&mut self, at: (usize, &str, usize), value: Value, trace: Trace) {
        let (root, id, field) = at;
        let entry = self.out.scenario.entry_mut(root_spec(root).name, id);
        if entry.is_some_and(|entry| entry.set(field, value)) {
            self.out.traces.insert((root, id.to_owned(), field), trace);
        } else {
            let path = path_of(root, id, root_spec(root).fields[field].name);
            let message = format!("`{path}` does not take this value");
            self.findings.push(Finding::error(trace.place, &path, message));
        }
    }

    /// Unsets an optional parameter by rebuilding its entry without it.
    fn unset(&mut self, root: usize, id: &str, field: usize, trace: Trace) {
        let name = root_spec(root).name;
        if root_spec(root).singleton || !is_optional(root, field) {
            return;
        }
        let Some(entry) = self.out.scenario.entry(name, id) else { return };
        let values: Vec<Option<Value>> =
            (0..entry.fields().len()).map(|at| entry.get(at)).collect();
        self.out.scenario.remove(name, id);
        let Some(entry) = self.out.scenario.entry_mut(name, id) else { return };
        for (at, value) in values.into_iter().enumerate() {
            if let Some(value) = value.filter(|_| at != field) {
                entry.set(at, value);
            }
        }
        self.out.traces.insert((root, id.to_owned(), field), trace);
    }
}
