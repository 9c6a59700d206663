//! The files of a report: complete or absent, as the tables are.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::error::ReportError;
use crate::formats::AtomicFile;
use crate::plot::Svg;

/// The name of the report in the folder of a run.
pub const REPORT: &str = "report.html";

/// The folder of its pictures, beside it.
pub const PLOTS: &str = "plots";

/// The beginnings of the names of pictures.
const PICTURES: [&str; 7] = [
    "qq",
    "p-",
    "distance-",
    "map-",
    "hotspots-",
    "box-",
    "ranks",
];

/// Writes a report, its pictures first.
pub(super) fn write(path: &Path, html: &str, pictures: &[Svg]) -> Result<(), ReportError> {
    let plots = plots(path);
    fs::create_dir_all(&plots).map_err(|source| ReportError::Io {
        path: plots.clone(),
        action: "cannot be made; choose another --out",
        source,
    })?;
    remove_pictures(&plots)?;
    for picture in pictures {
        let path = plots.join(format!("{}.svg", picture.id()));
        // Not waited for: what a crash of the machine takes can be made again.
        fs::write(&path, picture.file()).map_err(written(&path))?;
    }
    write_file(path, html)
}

/// Removes the report of an earlier run in the folder `out`, with its pictures.
///
/// # Errors
/// If a file cannot be removed.
pub fn remove_report(out: &Path) -> Result<(), ReportError> {
    let path = out.join(REPORT);
    remove(&path)?;
    let plots = plots(&path);
    remove_pictures(&plots)?;
    // What is not empty is not ours alone.
    let _ = fs::remove_dir(plots);
    Ok(())
}

/// The folder of pictures of a report.
fn plots(report: &Path) -> PathBuf {
    report.parent().unwrap_or(Path::new("")).join(PLOTS)
}

fn remove_pictures(plots: &Path) -> Result<(), ReportError> {
    let entries = fs::read_dir(plots).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_ours =
            name.ends_with(".svg") && PICTURES.iter().any(|start| name.starts_with(start));
        if is_ours {
            remove(&path)?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), ReportError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(ReportError::Io {
            path: path.into(),
            action: "an earlier report cannot be removed",
            source,
        }),
        _ => Ok(()),
    }
}

fn write_file(path: &Path, text: &str) -> Result<(), ReportError> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(text.as_bytes()).map_err(written(path))?;
    file.finish()?;
    Ok(())
}

fn written(path: &Path) -> impl FnOnce(io::Error) -> ReportError {
    let path = path.to_path_buf();
    move |source| ReportError::Io {
        path,
        action: "cannot be written; is the disk full?",
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_an_earlier_report_go_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let plots = folder.path().join(PLOTS);
        fs::create_dir(&plots).unwrap();
        for name in ["box-cis-01.svg", "mine.svg", "qq.png"] {
            fs::write(plots.join(name), "").unwrap();
        }
        fs::write(folder.path().join(REPORT), "").unwrap();
        remove_report(folder.path()).unwrap();
        assert!(!folder.path().join(REPORT).exists() && !plots.join("box-cis-01.svg").exists());
        assert!(plots.join("mine.svg").exists() && plots.join("qq.png").exists());
        remove_report(&folder.path().join("none")).unwrap();
    }
}
