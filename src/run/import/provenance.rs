//! What is noted in a store about the files it is made from.

use std::path::Path;

use crate::store::Provenance;

/// Begins the facts of an import.
pub fn of_this_program() -> Provenance {
    let mut provenance = Provenance::default();
    provenance.note("program", format!("mpiqtl {}", env!("CARGO_PKG_VERSION")));
    provenance
}

/// Notes a file that was read: its name without folders, its size, when it was changed last, and the CRC-32 of its bytes
/// where it is known.
pub fn note_file(provenance: &mut Provenance, what: &str, path: &Path, crc: Option<u32>) {
    let name = path.file_name().unwrap_or(path.as_os_str());
    provenance.note(what, name.to_string_lossy());
    if let Ok(metadata) = std::fs::metadata(path) {
        provenance.note(&format!("{what}_bytes"), metadata.len());
        if let Ok(modified) = metadata.modified() {
            let modified = humantime::format_rfc3339_seconds(modified);
            provenance.note(&format!("{what}_modified"), modified);
        }
    }
    if let Some(crc) = crc {
        provenance.note(&format!("{what}_crc32"), format!("{crc:08x}"));
    }
}
