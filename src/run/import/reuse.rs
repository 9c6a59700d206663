//! A store that an earlier start of the same run imported from files that have not changed since.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// What a store was made from.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    program: String,
    /// What was read of the files.
    what: String,
    /// Path, length in bytes and time of the last change, in nanoseconds since 1970, of each.
    files: Vec<(PathBuf, u64, u128)>,
}

impl Origin {
    /// The origin of a store that is made from these files now; `None` if the system does not tell about them.
    pub fn of(what: String, files: &[&Path]) -> Option<Self> {
        let file = |path: &&Path| {
            let found = fs::metadata(path).ok()?;
            let changed = found.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            let changed = changed.duration_since(UNIX_EPOCH).ok()?;
            let path = std::path::absolute(path).ok()?;
            Some((path, found.len(), changed.as_nanos()))
        };
        Some(Self {
            program: env!("CARGO_PKG_VERSION").into(),
            what,
            files: files.iter().map(file).collect::<Option<_>>()?,
        })
    }

    /// Whether the store at `path` was made from just this.
    pub fn is_of(&self, path: &Path) -> bool {
        let text = fs::read(beside(path)).unwrap_or_default();
        path.exists() && serde_json::from_slice::<Self>(&text).is_ok_and(|origin| origin == *self)
    }

    /// Forgets what the store at `path` was made from, for it is about to be made again.
    pub fn forget(path: &Path) {
        let _ = fs::remove_file(beside(path));
    }

    /// Notes it beside the store at `path`. Where that fails the store is made again.
    pub fn note(&self, path: &Path) {
        let text = serde_json::to_vec(self).expect("an origin is plain data");
        let _ = fs::write(beside(path), text);
    }
}

/// The file beside a store.
fn beside(store: &Path) -> PathBuf {
    store.with_extension("origin.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_another_origin() {
        let folder = tempfile::tempdir().unwrap();
        let (input, store) = (folder.path().join("g.vcf"), folder.path().join("g.h5"));
        fs::write(&input, "one").unwrap();
        let origin = || Origin::of("GT".into(), &[&input]).unwrap();
        assert!(!origin().is_of(&store));
        fs::write(&store, "store").unwrap();
        origin().note(&store);
        assert!(origin().is_of(&store));
        assert!(!Origin::of("DS".into(), &[&input]).unwrap().is_of(&store));
        fs::write(&input, "other").unwrap();
        assert!(!origin().is_of(&store));
        assert!(Origin::of("GT".into(), &[&folder.path().join("none")]).is_none());
    }
}
