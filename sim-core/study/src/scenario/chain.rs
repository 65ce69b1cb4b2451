//! The texts that make one scenario: the file, its parents, overlays and settings, read in order of precedence.

use super::about::About;
use super::diagnostic::Diagnostic;
use super::layer::{Document, DocumentReader, Layer, LayerKind, PolicyDraft, Provenance, Setting};
use super::parse;
use super::points::{self, Home};
use super::source::{Files, Finding, Findings, MAX_FILE_BYTES, Place, catalogue_hint, read_text};
use super::tree::{Data, Node};
use super::uncertain::UncertainDraft;
use super::value::check_identifier;
use super::{Options, Source};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const MAX_PARENTS: usize = 32;

/// Everything read, before resolution.
#[derive(Debug, Clone, Default)]
pub(crate) struct Chain {
    pub(crate) id: String,
    pub(crate) title: Option<String>,
    pub(crate) question: Option<String>,
    /// Of the file itself: what a parent is about is another question.
    pub(crate) about: Option<About>,
    /// Parents, file, overlays; in rising precedence.
    pub(crate) layers: Vec<Layer>,
    /// `--set`, above every policy.
    pub(crate) sets: Vec<Setting>,
    /// Settings above one policy, by its name.
    pub(crate) policy_sets: BTreeMap<String, Vec<Setting>>,
    /// Distributions of uncertain parameters, by path.
    pub(crate) uncertain: BTreeMap<String, UncertainDraft>,
    pub(crate) policies: BTreeMap<String, PolicyDraft>,
    pub(crate) provenance: BTreeMap<String, Provenance>,
    /// Whether every text was valid TOML.
    pub(crate) whole: bool,
}

/// A text and where its relative parents are looked for.
struct Opened {
    file: u32,
    folder: PathBuf,
    /// What identifies it in a cycle.
    key: String,
}

/// Reads source, parents, overlays and settings.
pub(crate) fn read(
    source: &Source,
    options: &Options,
    files: &mut Files,
    findings: &mut Findings,
) -> Option<Chain> {
    let mut chain = Chain { id: source.id(), whole: true, ..Chain::default() };
    let opened = open_source(source, files, findings)?;
    let mut documents = vec![document(&opened, LayerKind::File, files, findings, &mut chain.whole)];
    parents(opened, &mut documents, files, findings, &mut chain.whole);
    documents.reverse();
    for path in &options.overlays {
        match open_file(path, files) {
            Ok(opened) => {
                let overlay =
                    document(&opened, LayerKind::Overlay, files, findings, &mut chain.whole);
                if let Some((_, place)) = &overlay.1.extends {
                    let message = "an overlay lies over the scenario and extends nothing";
                    findings.push(
                        Finding::error(Some(*place), "extends", message).help("remove the line"),
                    );
                }
                documents.push(overlay);
            }
            Err(inner) => findings.push(Finding { place: None, inner }),
        }
    }
    for (kind, document) in documents {
        merge(&mut chain, kind, document);
    }
    chain.policies.retain(|_, policy| !policy.disabled);
    for (name, of) in &options.copies {
        copy_policy(&mut chain, (name, of), findings);
    }
    chain.set((&options.sets, &options.policy_sets), files, findings);
    Some(chain)
}

impl Chain {
    /// Lays settings on top: of every policy, and of one policy each.
    pub(crate) fn set(
        &mut self,
        (sets, policy_sets): (&[String], &[(String, String)]),
        files: &mut Files,
        findings: &mut Findings,
    ) {
        for text in sets {
            set(text, &mut self.sets, files, findings);
        }
        for (policy, text) in policy_sets {
            let own = self.policy_sets.entry(policy.clone()).or_default();
            set(text, own, files, findings);
        }
    }
}

fn open_source(source: &Source, files: &mut Files, findings: &mut Findings) -> Option<Opened> {
    let result = match source {
        Source::Catalogue(id) => open_catalogue(id, files),
        Source::Path(path) => open_file(path, files),
        Source::Text { name, text } if text.len() as u64 > MAX_FILE_BYTES => {
            let message = format!(
                "`{name}` has {} bytes; a scenario has at most {MAX_FILE_BYTES}",
                text.len()
            );
            Err(Box::new(Diagnostic::error(message)))
        }
        Source::Text { name, text } => {
            let file = files.add(name.clone(), text.clone());
            Ok(Opened { file, folder: PathBuf::from("."), key: format!("text:{name}") })
        }
    };
    result.map_err(|inner| findings.push(Finding { place: None, inner })).ok()
}

fn open_catalogue(id: &str, files: &mut Files) -> Result<Opened, Box<Diagnostic>> {
    let Some(text) = autarky_scenarios::scenario(id) else {
        let message =
            format!("the catalogue has no scenario `{}`", id.chars().take(80).collect::<String>());
        return Err(Box::new(Diagnostic {
            help: catalogue_hint(id),
            ..Diagnostic::error(message)
        }));
    };
    let name = format!("catalog:{id}");
    Ok(Opened { file: files.add(name.clone(), text), folder: PathBuf::from("."), key: name })
}

fn open_file(path: &Path, files: &mut Files) -> Result<Opened, Box<Diagnostic>> {
    let text = read_text(path, "scenario")?;
    let key = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()).display().to_string();
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    Ok(Opened { file: files.add(path.display().to_string(), text), folder, key })
}

fn document(
    opened: &Opened,
    kind: LayerKind,
    files: &mut Files,
    findings: &mut Findings,
    whole: &mut bool,
) -> (LayerKind, Document) {
    let text = files.text(opened.file);
    if text.starts_with('\u{feff}') {
        let place = Place { file: opened.file, start: 0, end: 3 };
        let finding = Finding::error(
            Some(place),
            "",
            "the file begins with a byte-order mark, which TOML 1.0 does not know",
        );
        findings.push(finding.help("save the file as UTF-8 without BOM"));
        *whole = false;
        return (kind, Document::default());
    }
    let (mut table, valid) = parse::parse(files, opened.file, findings);
    *whole &= valid;
    let home = if opened.key.starts_with("catalog:") {
        Home::Catalogue
    } else {
        Home::Folder(&opened.folder)
    };
    points::attach(&mut table, home, files, findings);
    let mut reader = DocumentReader { files, findings };
    (kind, reader.document(&table, opened.file))
}

fn parents(
    first: Opened,
    documents: &mut Vec<(LayerKind, Document)>,
    files: &mut Files,
    findings: &mut Findings,
    whole: &mut bool,
) {
    let mut seen = vec![first.key];
    let mut folder = first.folder;
    while let Some((target, place)) = documents.last().and_then(|(_, d)| d.extends.clone()) {
        let opened = match target.strip_prefix("catalog:") {
            Some(id) => open_catalogue(id, files),
            None => open_file(&folder.join(&target), files),
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(inner) => {
                let finding = Finding::error(Some(place), "extends", inner.message);
                return findings.push(finding.maybe_help(inner.help));
            }
        };
        if seen.contains(&opened.key) || seen.len() > MAX_PARENTS {
            seen.push(opened.key);
            let message = format!("the scenario extends itself: {}", seen.join(" → "));
            return findings.push(
                Finding::error(Some(place), "extends", message).help("remove one `extends`"),
            );
        }
        let parent = document(&opened, LayerKind::Parent, files, findings, whole);
        documents.push(parent);
        seen.push(opened.key);
        folder = opened.folder;
    }
}

fn merge(chain: &mut Chain, kind: LayerKind, document: Document) {
    chain.title = document.title.or(chain.title.take());
    chain.question = document.question.or(chain.question.take());
    if kind == LayerKind::File {
        chain.about = document.about;
    }
    chain.layers.push(Layer { kind, settings: document.settings });
    for (name, draft) in document.policies {
        let policy = chain.policies.entry(name).or_default();
        policy.title = draft.title.or(policy.title.take());
        policy.description = draft.description.or(policy.description.take());
        policy.disabled = draft.disabled;
        policy.settings.extend(draft.settings);
    }
    chain.provenance.extend(document.provenance);
    for (path, draft) in document.uncertain {
        let replaces = chain.uncertain.get(&path).is_some_and(|earlier| !earlier.is_none());
        let (inherited, layer) = (kind == LayerKind::Parent, chain.layers.len() - 1);
        chain.uncertain.insert(path, UncertainDraft { inherited, layer, replaces, ..draft });
    }
}

/// A `path=value` text, reported under the name `--set`.
fn set(text: &str, out: &mut Vec<Setting>, files: &mut Files, findings: &mut Findings) {
    let file = files.add("--set", text);
    let end = text.len() as u32;
    let Some(equals) = text.find('=') else {
        let place = Place { file, start: 0, end };
        let finding = Finding::error(Some(place), "", "a setting is written `path=value`");
        return findings.push(finding.help("for example nation.EST.power_price=\"0.35 USD/kWh\""));
    };
    let path = Place { file, start: 0, end: equals as u32 };
    let value = Place { file, start: equals as u32 + 1, end };
    setting((text[..equals].trim(), path), value, files, out, findings);
}

/// The setting of a path at its place to the value that stands at `value`.
pub(crate) fn setting(
    (path, place): (&str, Place),
    value: Place,
    files: &mut Files,
    out: &mut Vec<Setting>,
    findings: &mut Findings,
) {
    if let Some(mut node) = set_value(value, files, findings) {
        points::attach_below(path, &mut node, Home::Anywhere, files, findings);
        let mut reader = DocumentReader { files, findings };
        reader.set(path, place, &node, out);
    }
}

/// The value at a place: TOML if it reads as such, else the bare text.
pub(crate) fn set_value(at: Place, files: &Files, findings: &mut Findings) -> Option<Node> {
    let text = files.slice(at);
    let value = text.trim();
    let offset = at.start as usize + (text.len() - text.trim_start().len());
    let file = at.file;
    let place = Place { file, start: offset as u32, end: (offset + value.len()) as u32 };
    let quoted = value.starts_with(['"', '\'', '[', '{']);
    let mut scratch = Files::default();
    let inner = scratch.add("--set", format!("v={value}"));
    let mut trial = Findings::default();
    let (table, whole) = parse::parse(&scratch, inner, &mut trial);
    let one_member = table.iter().count() == 1 && !value.contains('\n');
    match table.get("v") {
        Some(member) if whole && one_member => Some(moved(member.node.clone(), file, offset)),
        _ if quoted => {
            let (errors, _) = trial.finish(&scratch);
            let message =
                errors.first().map_or("the value cannot be read".to_owned(), |d| d.message.clone());
            findings.push(Finding::error(Some(place), "", message));
            None
        }
        _ => Some(Node { place, data: Data::Text(value.to_owned()) }),
    }
}

/// Shifts the places of a value that was read from `v=…`.
fn moved(mut node: Node, file: u32, offset: usize) -> Node {
    let shift = |place: Place| Place {
        file,
        start: place.start + offset as u32 - 2,
        end: place.end + offset as u32 - 2,
    };
    node.place = shift(node.place);
    node.data = match node.data {
        Data::Array(items) => {
            Data::Array(items.into_iter().map(|n| moved(n, file, offset)).collect())
        }
        Data::Table(table) => {
            Data::Table(table.map(|place, node| (shift(place), moved(node, file, offset))))
        }
        other => other,
    };
    node
}

/// A policy that sets what another one sets, under a name and title of its own.
fn copy_policy(chain: &mut Chain, (name, of): (&str, &str), findings: &mut Findings) {
    let nowhere = Place { file: 0, start: 0, end: 0 };
    if let Err(finding) = check_identifier(name, nowhere) {
        return findings.push(Finding { place: None, ..finding });
    }
    if name == "base" || chain.policies.contains_key(name) {
        let message =
            format!("the scenario has a policy `{name}`, so none can be added under that name");
        let finding = Finding::error(None, "", message);
        return findings.push(finding.help("give the copy another name"));
    }
    let Some(draft) = chain.policies.get(of).cloned().or((of == "base").then(PolicyDraft::default))
    else {
        return findings.push(no_policy(chain, of));
    };
    chain.policies.insert(name.to_owned(), PolicyDraft { title: None, ..draft });
}

fn no_policy(chain: &Chain, name: &str) -> Finding {
    let mut known: Vec<&str> = vec!["base"];
    known.extend(chain.policies.keys().map(String::as_str));
    let message =
        format!("the scenario has no policy `{}`", name.chars().take(64).collect::<String>());
    Finding::error(None, "", message).maybe_help(super::suggest::hint(name, &known))
}

/// Findings about policies that were asked for but do not exist.
pub(crate) fn check_selection(chain: &Chain, options: &Options, findings: &mut Findings) {
    let of_sets = options.policy_sets.iter().map(|(name, _)| name);
    for name in options.policies.iter().chain(of_sets) {
        if name != "base" && !chain.policies.contains_key(name) {
            findings.push(no_policy(chain, name));
        }
    }
}
