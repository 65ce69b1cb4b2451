//! Lists the files of `calibration/` and `catalogue/` for `src/lib.rs` to embed, so that a new file
//! is found without being registered anywhere.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root =
        PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let mut code = String::new();
    for (name, folder, extension) in
        [("TABLES", "calibration", "csv"), ("SCENARIOS", "catalogue", "toml")]
    {
        println!("cargo::rerun-if-changed={folder}");
        let files = stems(&root.join(folder), extension)?;
        writeln!(code, "static {name}: &[(&str, &str)] = &[").expect("writing to a string");
        for stem in files {
            let path = format!("/{folder}/{stem}.{extension}");
            writeln!(
                code,
                "    ({stem:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {path:?}))),"
            )
            .expect("writing to a string");
        }
        code.push_str("];\n");
    }
    fs::write(out.join("embedded.rs"), code)
}

/// File names without extension, sorted; an absent folder holds none.
fn stems(folder: &Path, extension: &str) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    if folder.is_dir() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_some_and(|e| e == extension) {
                found.extend(path.file_stem().and_then(|s| s.to_str()).map(str::to_owned));
            }
        }
    }
    found.sort();
    Ok(found)
}
