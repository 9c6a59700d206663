//! A real browser shows a report: nothing is refused, nothing sticks out, no labels overlap, on a phone and on a desk,
//! by day and by night.

use std::fs;
use std::process::Command;

use crate::Study;
use crate::support::stderr;

/// Looks into the page in a frame and writes what is wrong with it.
const LOOK: &str = r#"<!DOCTYPE html><meta charset="utf-8"><body>
<iframe id="frame" src="PAGE" style="border:0;width:WIDTHpx;height:900px"></iframe><pre id="found"></pre>
<script>
frame.onload = () => {
  const page = frame.contentDocument, view = frame.contentWindow, wrong = [];
  const style = (name, key) => view.getComputedStyle(page.querySelector(name))[key];
  if (page.documentElement.scrollWidth > WIDTH) wrong.push('the page is wider than the window');
  if (style('dl.cards', 'display') !== 'grid') wrong.push('the page has no style');
  const ground = style('body', 'backgroundColor').match(/\d+/g).slice(0, 3).map(Number);
  if ((Math.max(...ground) < 128) !== IS_DARK) wrong.push('the ground is ' + ground);
  const pictures = [...page.querySelectorAll('svg')];
  for (const picture of pictures) {
    const title = picture.querySelector('title').textContent, edge = picture.getBoundingClientRect();
    if (edge.width / picture.viewBox.baseVal.width < 0.8) wrong.push(title + ' is too small to read');
    const texts = [...picture.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]);
    texts.forEach(([words, at], i) => {
      const inside = at.left > edge.left - 2 && at.right < edge.right + 2 && at.top > edge.top - 2 && at.bottom < edge.bottom + 3;
      if (!inside) wrong.push(title + ': ' + words + ' sticks out');
      for (const [others, other] of texts.slice(i + 1)) {
        const across = Math.min(at.right, other.right) - Math.max(at.left, other.left);
        const along = Math.min(at.bottom, other.bottom) - Math.max(at.top, other.top);
        if (across > 1 && along > 4) wrong.push(title + ': ' + words + ' and ' + others + ' overlap');
      }
    });
  }
  found.textContent = 'LOOKED AT ' + pictures.length + ' PICTURES\n' + wrong.map(words => 'WRONG: ' + words).join('\n');
};
</script>"#;

/// The browser, where there is one.
fn browser() -> Option<&'static str> {
    let is_there = |name: &&str| {
        Command::new(name)
            .arg("--version")
            .output()
            .is_ok_and(|said| said.status.success())
    };
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| is_there(name));
    if found.is_none() {
        eprintln!("skipped: no Chromium; scripts/setup --tests installs it");
    }
    found
}

/// Shows a page in a window of this width and gives what was seen.
fn look(browser: &str, study: &Study, page: &str, width: u32, is_dark: bool) -> String {
    let text = LOOK
        .replace("PAGE", page)
        .replace("WIDTH", &width.to_string())
        .replace("IS_DARK", &is_dark.to_string());
    let name = format!("look-{width}-{is_dark}.html");
    fs::write(study.path(&name), text).expect("the folder can be written");
    let mut command = Command::new(browser);
    command.args([
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
    ]);
    command.args([
        "--allow-file-access-from-files",
        "--enable-logging=stderr",
        "--virtual-time-budget=20000",
    ]);
    let scheme = if is_dark { 0 } else { 1 };
    command.arg(format!("--blink-settings=preferredColorScheme={scheme}"));
    command.arg(format!("--window-size={},1000", width + 100));
    command.arg(format!(
        "--user-data-dir={}",
        study.path("profile").display()
    ));
    command.arg("--dump-dom");
    let output = command
        .arg(format!("file://{}", study.path(&name).display()))
        .output();
    let output = output.expect("the browser starts");
    let said = stderr(&output);
    let console: Vec<&str> = said
        .lines()
        .filter(|line| line.contains("CONSOLE"))
        .collect();
    assert!(console.is_empty(), "{console:#?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn assert_fine(browser: &str, study: &Study, page: &str, n_pictures: usize) {
    for (width, is_dark) in [(360, false), (390, true), (1440, false), (1440, true)] {
        let seen = look(browser, study, page, width, is_dark);
        let wrong: Vec<&str> = seen
            .lines()
            .filter(|line| line.contains("WRONG: ") && !line.contains("textContent"))
            .collect();
        assert!(
            wrong.is_empty(),
            "{width} pixels, dark {is_dark}: {wrong:#?}"
        );
        let wanted = format!("LOOKED AT {n_pictures} PICTURES");
        assert!(
            seen.contains(&wanted),
            "{wanted}: {}",
            &seen[seen.len().saturating_sub(2000)..]
        );
    }
}

#[test]
fn a_report_is_shown_as_it_is_meant() {
    let Some(browser) = browser() else {
        return;
    };
    let study = Study::simulated();
    study.mapped("--p-cis 0.05 --p-trans 1e-3 --p-histogram 100");
    // QQ plot, two histograms, distances, map, hotspots, ranks, and twenty boxes of each class.
    assert_fine(browser, &study, "out/report.html", 47);
}

#[test]
fn a_report_without_anything_to_show_is_shown_too() {
    let Some(browser) = browser() else {
        return;
    };
    let study = Study::simulated();
    study.mapped("--p-cis 1e-300");
    assert_fine(browser, &study, "out/report.html", 1);
}

#[test]
fn what_is_wrong_is_seen() {
    let Some(browser) = browser() else {
        return;
    };
    let study = Study::simulated();
    let html = study.mapped("--p-cis 0.05");
    // A label is moved onto another one, and a picture is made wider than the window.
    let moved = html.replacen(
        "text-anchor=\"end\">",
        "text-anchor=\"start\" transform=\"translate(-60,0)\">",
        40,
    );
    fs::write(study.path("out/moved.html"), moved).expect("the folder can be written");
    let seen = look(browser, &study, "out/moved.html", 390, false);
    assert!(
        seen.contains("WRONG: "),
        "labels that are moved are not noticed"
    );
}
