//! A scenario file to begin with: it runs unchanged, and shows the main levers as comments with their present values.

use super::diagnostic::Diagnostic;
use super::explain::clean;
use super::layer::{path_of, root_index, root_spec};
use super::write::{quoted, toml_value};
use super::{Loaded, Options, Policy, Source, load};
use std::fmt::Write as _;

/// Levers of a focus nation: parameters, or groups of them.
const NATION: &[&str] = &["power_price", "policy"];
/// Levers of a nation's own providers.
const PROVIDER: &[&str] = &["operators", "target_utilisation", "pue", "spares"];

/// The text of a new scenario that extends the catalogue scenario `id`.
///
/// # Errors
/// The catalogue has no such scenario, or it does not load.
pub fn template(id: &str) -> Result<String, Vec<Diagnostic>> {
    let loaded = load(&Source::Catalogue(id.to_owned()), &Options::default())?;
    let mut out = format!(
        "# A scenario of autarky. It runs as it stands; remove a `#` to change a value.\n\
         # Every parameter is explained by `autarky explain`, every value shown by `autarky show --resolved --origins`.\n\
         format = 1\ntitle = {}\nextends = \"catalog:{id}\"\n",
        quoted(&format!("My variant of: {}", loaded.title))
    );
    if let Some(base) = loaded.policies.first() {
        horizon(&mut out, base);
        let nations = &base.scenario.focus.nations;
        if !nations.is_empty() {
            let list: Vec<String> = nations.iter().map(|n| quoted(n)).collect();
            let _ = writeln!(
                out,
                "\n# Economies in detail, by ISO 3166 code; all others are aggregated into blocs."
            );
            let _ = writeln!(out, "#[focus]\n#nations = [{}]", list.join(", "));
        }
        if let Some(nation) = nations.first() {
            levers(&mut out, base, "nation", nation, NATION);
            levers(&mut out, base, "provider", &format!("{nation}-network"), PROVIDER);
            levers(&mut out, base, "provider", &format!("{nation}-data_centre"), PROVIDER);
        }
        policies(&mut out, &loaded, nations.first().map(String::as_str));
    }
    Ok(out)
}

fn horizon(out: &mut String, base: &Policy) {
    levers(out, base, "horizon", "", &["start", "years", "tick"]);
}

/// The parameters of one entry as comments.
fn levers(out: &mut String, base: &Policy, root: &str, id: &str, names: &[&str]) {
    let (Some(at), Some(entry)) = (root_index(root), base.scenario.entry(root, id)) else { return };
    let _ = writeln!(out, "\n#[{}]", path_of(at, id, ""));
    for (field, spec) in root_spec(at).fields.iter().enumerate() {
        let wanted = |name: &&str| spec.name == *name || spec.name.starts_with(&format!("{name}."));
        if names.iter().any(wanted) {
            let value = toml_value(spec, entry.get(field).as_ref());
            let _ = writeln!(out, "#{} = {value}  # {}", spec.name, clean(spec.doc));
        }
    }
}

fn policies(out: &mut String, loaded: &Loaded, nation: Option<&str>) {
    let names: Vec<&str> = loaded.policies.iter().map(|p| p.name.as_str()).collect();
    let _ = writeln!(
        out,
        "\n# Policies are compared with the base and with each other. There are: {}.",
        names.join(", ")
    );
    if let Some(nation) = nation {
        let _ = writeln!(
            out,
            "#[policies.mine]\n#title = \"Network first\"\n\
             #set = {{ \"nation.{nation}.policy.portfolio.network\" = 0.7 }}  # the other shares rescale"
        );
    }
}
