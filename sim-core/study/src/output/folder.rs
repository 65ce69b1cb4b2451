//! One results folder: claimed for one study, locked while it is written, never another's.
//!
//! A folder is claimed if it is new, empty, or holds the manifest of a study; whether it is the same one is for the caller to say. Symbolic
//! links below the root are refused, so nothing is written outside of it.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::OutputError;
use super::digest::sha256;
use super::manifest::{FILE as MANIFEST, FileEntry, Manifest};
use super::results::{PARAMETERS, RESOLVED};

/// Tables that have a subfolder of parts.
pub(crate) const TABLES: [&str; 5] = ["runs", "withdrawal", "series", "capacity", "failures"];

/// Runs of other processes that wait for their turn.
pub(super) const CHUNKS: &str = "chunks";

/// Where results shall go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Exactly this folder.
    Exact(PathBuf),
    /// Below this root, in `<id>/<hash>`.
    Below(PathBuf),
}

/// A claimed and locked folder. Dropping it releases the lock.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

fn refused(path: &Path, reason: impl Into<String>) -> OutputError {
    OutputError::Refused { path: path.to_owned(), reason: reason.into() }
}

impl Folder {
    /// Claims a folder for the study `hash` (hexadecimal) of the scenario `id`; with the manifest that it holds, if any.
    ///
    /// # Errors
    ///
    /// Something else is in the way, another run writes there now, or the system refuses.
    pub fn claim(
        claim: &Claim,
        id: &str,
        hash: &str,
    ) -> Result<(Self, Option<Manifest>), OutputError> {
        let path = match claim {
            Claim::Exact(path) => path.clone(),
            Claim::Below(root) => below(root, id, hash)?,
        };
        if path.symlink_metadata().is_ok() && !path.is_dir() {
            return Err(refused(&path, "it exists and is not a folder"));
        }
        manifest_of(&path)?;
        fs::create_dir_all(&path).map_err(OutputError::io("create", &path))?;
        for table in TABLES {
            let sub = path.join(table);
            no_link(&sub)?;
            if !sub.is_dir() {
                fs::create_dir(&sub).map_err(OutputError::io("create", &sub))?;
            }
        }
        no_link(&path.join(CHUNKS))?;
        let lock = lock(&path)?;
        // Whoever held the lock may have written since.
        let manifest = manifest_of(&path)?;
        Ok((Self { path, _lock: lock }, manifest))
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes parts and states that the manifest does not name: a run that was killed before it could record them left them.
    pub(crate) fn sweep(&self, manifest: &Manifest) -> Result<(), OutputError> {
        let kept: BTreeSet<&str> = manifest.named().map(|file| file.path.as_str()).collect();
        let states = entries(&self.path)?.into_iter().filter(|name| name.starts_with("state-"));
        let mut names: Vec<String> = states.collect();
        for table in TABLES {
            let parts = entries(&self.path.join(table))?
                .into_iter()
                .filter(|name| name.starts_with("part-"));
            names.extend(parts.map(|name| format!("{table}/{name}")));
        }
        for name in names.iter().filter(|name| !kept.contains(name.as_str())) {
            remove(&self.path.join(name))?;
        }
        Ok(())
    }

    /// Makes a subfolder, if it is not there.
    pub(super) fn make(&self, name: &str) -> Result<(), OutputError> {
        let path = self.path.join(name);
        no_link(&path)?;
        fs::create_dir_all(&path).map_err(OutputError::io("create", &path))
    }

    /// The names in a subfolder, sorted; none if it is not there.
    pub(super) fn names(&self, name: &str) -> Result<Vec<String>, OutputError> {
        let mut names = entries(&self.path.join(name))?;
        names.sort_unstable();
        Ok(names)
    }

    /// The bytes of a file of the folder.
    pub(super) fn read(&self, name: &str) -> Result<Vec<u8>, OutputError> {
        let path = self.path.join(name);
        no_link(&path)?;
        fs::read(&path).map_err(OutputError::io("read", &path))
    }

    /// Removes a file of the folder, if it is there.
    pub(crate) fn remove(&self, name: &str) -> Result<(), OutputError> {
        remove(&self.path.join(name))
    }

    /// Writes bytes whole or not at all, and says what was written.
    pub(crate) fn write_entry(&self, name: &str, bytes: &[u8]) -> Result<FileEntry, OutputError> {
        self.write_bytes(name, bytes)?;
        let (bytes, sha256) = (bytes.len() as u64, sha256(bytes));
        Ok(FileEntry { path: name.to_owned(), bytes, sha256 })
    }

    /// Writes a file of the folder whole or not at all.
    pub fn write(
        &self,
        name: &str,
        content: impl FnOnce(&mut File) -> Result<(), String>,
    ) -> Result<(), OutputError> {
        let path = self.path.join(name);
        let temporary = self.path.join(format!("{name}.tmp"));
        no_link(&path)?;
        no_link(&temporary)?;
        let result = write_and_rename(&path, &temporary, content);
        if result.is_err() {
            // The reason of the failure is worth more than that of a failed clean-up.
            let _ = fs::remove_file(&temporary);
        }
        result
    }

    /// As [`Self::write`], with bytes.
    pub fn write_bytes(&self, name: &str, bytes: &[u8]) -> Result<(), OutputError> {
        let mut system: Option<io::Error> = None;
        let result = self.write(name, |file| {
            file.write_all(bytes).map_err(|e| {
                let text = e.to_string();
                system = Some(e);
                text
            })
        });
        match system {
            Some(error) => Err(OutputError::io("write", &self.path.join(name))(error)),
            None => result,
        }
    }
}

fn remove(path: &Path) -> Result<(), OutputError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(OutputError::io("remove", path)(e)),
        _ => Ok(()),
    }
}

fn write_and_rename(
    path: &Path,
    temporary: &Path,
    content: impl FnOnce(&mut File) -> Result<(), String>,
) -> Result<(), OutputError> {
    let mut file = File::create(temporary).map_err(OutputError::io("write", path))?;
    content(&mut file).map_err(|reason| OutputError::Content { path: path.to_owned(), reason })?;
    file.sync_all().map_err(OutputError::io("write", path))?;
    fs::rename(temporary, path).map_err(OutputError::io("write", path))?;
    // The new name too shall outlive a power cut. Some systems cannot sync a folder; the file is written all the same.
    if let Some(Ok(folder)) = path.parent().map(File::open) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// `<root>/<id>/<first 12 characters of the hash>`, where no part below the root is a link.
fn below(root: &Path, id: &str, hash: &str) -> Result<PathBuf, OutputError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.starts_with('.') || !id.chars().all(plain) {
        return Err(refused(root, "the scenario's name is not a plain file name; use --out DIR"));
    }
    let scenario = root.join(id);
    let folder = scenario.join(hash.get(..12).unwrap_or(hash));
    no_link(&scenario)?;
    no_link(&folder)?;
    Ok(folder)
}

fn no_link(path: &Path) -> Result<(), OutputError> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_symlink() => Err(refused(
            path,
            "it is a symbolic link, which could lead outside of the results folder",
        )),
        _ => Ok(()),
    }
}

/// The manifest of a folder; none if it is absent, empty, or only begun.
fn manifest_of(path: &Path) -> Result<Option<Manifest>, OutputError> {
    no_link(&path.join(MANIFEST))?;
    match Manifest::read(&path.join(MANIFEST)) {
        Ok(manifest) => Ok(Some(manifest)),
        Err(OutputError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            match foreign(path)? {
                None => Ok(None),
                Some(name) => Err(refused(
                    path,
                    format!(
                        "it is not empty (`{}`) and not a results folder; choose another with --out DIR",
                        super::without_control(&name),
                    ),
                )),
            }
        }
        Err(error) => Err(error),
    }
}

/// A file of a folder without manifest that no study wrote. One that was killed at its very start leaves the lock and what is written before
/// the manifest; without a lock a folder is only taken if it is empty, or empty but for subfolders.
fn foreign(path: &Path) -> Result<Option<String>, OutputError> {
    let names = entries(path)?;
    let locked = names.iter().any(|name| name == LOCK);
    let begun = |name: &str| {
        let name = name.strip_suffix(".tmp").unwrap_or(name);
        locked && (name == RESOLVED || name == PARAMETERS || name.starts_with("state-"))
    };
    for name in names {
        if TABLES.contains(&name.as_str()) {
            let inside = entries(&path.join(&name))?;
            let other = inside.into_iter().find(|part| !(locked && part.starts_with("part-")));
            if let Some(other) = other {
                return Ok(Some(format!("{name}/{other}")));
            }
        } else if name != LOCK && name != FIRST && !begun(&name) {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// The names in a folder; none if there is no folder.
fn entries(folder: &Path) -> Result<Vec<String>, OutputError> {
    let found = match fs::read_dir(folder) {
        Ok(found) => found,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(OutputError::io("read", folder)(e)),
    };
    let name = |entry: io::Result<fs::DirEntry>| -> Result<String, OutputError> {
        let entry = entry.map_err(OutputError::io("read", folder))?;
        Ok(entry.file_name().to_string_lossy().into_owned())
    };
    found.map(name).collect()
}

const LOCK: &str = ".lock";
/// The first file to be written, before it has its name.
const FIRST: &str = "manifest.json.tmp";

fn lock(path: &Path) -> Result<File, OutputError> {
    let name = path.join(LOCK);
    no_link(&name)?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&name);
    let file = file.map_err(OutputError::io("create", &name))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(refused(path, "another run is writing there now")),
        // Some network file systems have no locks; renames keep files whole there too.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}
