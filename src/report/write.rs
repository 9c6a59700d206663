//! The files of a report: complete or absent, as the tables are.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::error::ReportError;
use crate::formats::AtomicFile;
use crate::plot::Svg;

/// The name of the report in the folder of a run.
pub const REPORT: &str = "report.html";

/// The folder of its pictures, beside it.
pub const PLOTS: &str = "plots";

/// What a report begins with.
const BEGINNING: &str = "<!DOCTYPE html>";

/// What stands in the head of a report: the program that made it.
const MARK: &str = "name=\"generator\" content=\"mpiqtl";

/// Where the head of a report has said so, in bytes.
const HEAD_BYTES: u64 = 4096;

/// The classes of tests that pictures are of.
const CLASSES: [&str; 3] = ["all", "cis", "trans"];

/// Refuses to replace anything but a report.
///
/// # Errors
/// If something else is at `path`, or what is there cannot be read.
pub(super) fn check(path: &Path) -> Result<(), ReportError> {
    let Ok(there) = fs::metadata(path) else {
        return Ok(());
    };
    let found = if there.is_dir() {
        "is a folder; name a file in it as --out"
    } else if !there.is_file() || !is_report(path)? {
        "is no report and is not replaced; give another --out, or move it away"
    } else {
        return Ok(());
    };
    Err(ReportError::There {
        path: path.into(),
        found,
    })
}

/// Whether a file begins as a report does.
fn is_report(path: &Path) -> Result<bool, ReportError> {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
    read.map_err(|source| ReportError::Io {
        path: path.into(),
        action: "cannot be read, and only a report is replaced; choose another --out",
        source,
    })?;
    let head = String::from_utf8_lossy(&head);
    Ok(head.starts_with(BEGINNING) && head.contains(MARK))
}

/// Writes a report, its pictures first, if nothing but a report is in its place.
pub(super) fn write(path: &Path, html: &str, pictures: &[Svg]) -> Result<(), ReportError> {
    check(path)?;
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
        if is_picture(&name) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Whether reports give a file this name.
fn is_picture(name: &str) -> bool {
    let Some(id) = name.strip_suffix(".svg") else {
        return false;
    };
    let Some((kind, of)) = id.split_once('-') else {
        return matches!(id, "qq" | "ranks");
    };
    match kind {
        "p" | "distance" | "map" | "hotspots" => CLASSES.contains(&of),
        "box" => of.split_once('-').is_some_and(|(class, place)| {
            CLASSES.contains(&class)
                && place.len() >= 2
                && place.bytes().all(|byte| byte.is_ascii_digit())
        }),
        _ => false,
    }
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
        let others = [
            "mine.svg",
            "qq.png",
            "map-of-lab.svg",
            "box-cis-x.svg",
            "qq-mine.svg",
        ];
        for name in ["box-cis-01.svg", "map-all.svg", "ranks.svg"]
            .iter()
            .chain(&others)
        {
            fs::write(plots.join(name), "").unwrap();
        }
        fs::write(folder.path().join(REPORT), "").unwrap();
        remove_report(folder.path()).unwrap();
        assert!(!folder.path().join(REPORT).exists());
        let mut left: Vec<_> = fs::read_dir(&plots)
            .unwrap()
            .map(|file| file.unwrap().file_name())
            .collect();
        left.sort();
        let mut wanted = others;
        wanted.sort_unstable();
        assert_eq!(left, wanted);
        remove_report(&folder.path().join("none")).unwrap();
    }

    #[test]
    fn only_a_report_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.html");
        let ours = "<!DOCTYPE html>\n<meta name=\"generator\" content=\"mpiqtl 1\"/>";
        for there in ["gene\tp\n", "", "<!DOCTYPE html>\n<p>mine</p>"] {
            fs::write(&path, there).unwrap();
            let refused = write(&path, ours, &[]).unwrap_err().to_string();
            assert!(refused.contains("is no report"), "{refused}");
            assert_eq!(fs::read_to_string(&path).unwrap(), there);
        }
        let refused = write(folder.path(), ours, &[]).unwrap_err().to_string();
        assert!(refused.contains("is a folder"), "{refused}");
        assert!(!folder.path().join(PLOTS).exists());
        fs::remove_file(&path).unwrap();
        write(&path, ours, &[]).unwrap();
        write(&path, ours, &[]).unwrap();
    }
}
