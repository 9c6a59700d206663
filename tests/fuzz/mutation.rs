//! What goes wrong with files: bytes, fields, lines, and words nobody expects.

use std::ops::Range;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Numbers at and beyond the ends of types.
const NUMBERS: [&[u8]; 24] = [
    b"1e308",
    b"-1e308",
    b"1e309",
    b"-1e999",
    b"5e-324",
    b"1e-400",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775808",
    b"4294967296",
    b"2147483648",
    b"255",
    b"65535",
    b"0.00005",
    b"-0",
    b"NaN",
    b"nan",
    b"inf",
    b"-Infinity",
    b"NA",
    b".",
    b"0x10",
    b"1_000",
    b"+3",
];

/// Words that shells, terminals, tables and file systems take for more than words.
const WORDS: [&[u8]; 20] = [
    b"",
    b" ",
    b"../../etc/passwd",
    b"/dev/null",
    b"$(reboot)",
    b"`id`",
    b"'",
    b"\"",
    b"\"a",
    b"\\",
    b"\x1b[2J",
    b"\x1b]0;x\x07",
    b"\0",
    b"a\0b",
    b"\xff\xfe",
    b"\xc0\x80",
    b"\xc2\x85",
    b"\xe2\x80\xae",
    b"#CHROM",
    b"##",
];

/// Single bytes that mean something.
const BYTES: &[u8] = b"\0\t\n\r \"'#,;:.|/-+eE0129\x1b\x7f\x80\xff";

/// Spoils an input once, or up to six times; `others` are inputs to take parts from.
pub fn spoil(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, others: &[Vec<u8>]) {
    let times = if random.random_bool(0.5) {
        1
    } else {
        random.random_range(2..=6)
    };
    for _ in 0..times {
        spoil_once(random, bytes, others);
    }
}

fn spoil_once(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, others: &[Vec<u8>]) {
    match random.random_range(0..26) {
        0 => flip_bit(random, bytes),
        1 => put_byte(random, bytes),
        2 => cut_out(random, bytes),
        3 => repeat_part(random, bytes),
        4 => splice(random, bytes, others),
        5 => bytes.truncate(random.random_range(0..=bytes.len())),
        6..=8 => replace_field(random, bytes, &NUMBERS),
        9..=10 => replace_field(random, bytes, &WORDS),
        11 => insert(random, bytes, &[b"\xef\xbb\xbf"]),
        12 => insert(random, bytes, &WORDS),
        13 => insert(random, bytes, &NUMBERS),
        14 => insert_long(random, bytes),
        15 => widen(random, bytes),
        16 => swap_lines(random, bytes),
        17 => repeat_line(random, bytes),
        18 => drop_line(random, bytes),
        19 => drop_field(random, bytes),
        20 => repeat_field(random, bytes),
        21 => insert(
            random,
            bytes,
            &[b"\n", b"\r", b"\t", b"\r\n", b"\n\n", b" ", b","],
        ),
        22 => end_lines_otherwise(random, bytes),
        23 => replace_all(random, bytes),
        24 => swap_fields(random, bytes),
        _ => insert_byte(random, bytes),
    }
}

fn place(random: &mut ChaCha8Rng, bytes: &[u8]) -> usize {
    random.random_range(0..=bytes.len())
}

fn part(random: &mut ChaCha8Rng, bytes: &[u8]) -> Range<usize> {
    let (a, b) = (place(random, bytes), place(random, bytes));
    // Short parts are the likelier accidents.
    let end = if random.random_bool(0.7) {
        a + b % 24
    } else {
        b
    };
    a.min(end)..a.max(end).min(bytes.len())
}

fn any<'a>(random: &mut ChaCha8Rng, words: &[&'a [u8]]) -> &'a [u8] {
    words[random.random_range(0..words.len())]
}

fn insert_at(bytes: &mut Vec<u8>, at: usize, new: impl IntoIterator<Item = u8>) {
    bytes.splice(at..at, new);
}

fn flip_bit(random: &mut ChaCha8Rng, bytes: &mut [u8]) {
    if !bytes.is_empty() {
        let at = random.random_range(0..bytes.len());
        bytes[at] ^= 1 << random.random_range(0..8);
    }
}

fn put_byte(random: &mut ChaCha8Rng, bytes: &mut [u8]) {
    if !bytes.is_empty() {
        let at = random.random_range(0..bytes.len());
        bytes[at] = random.random();
    }
}

fn insert_byte(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let at = place(random, bytes);
    let byte = BYTES[random.random_range(0..BYTES.len())];
    bytes.insert(at, byte);
}

fn cut_out(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let part = part(random, bytes);
    bytes.drain(part);
}

fn repeat_part(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let part = part(random, bytes);
    let new = bytes[part].to_vec();
    let at = place(random, bytes);
    insert_at(bytes, at, new);
}

fn splice(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, others: &[Vec<u8>]) {
    let other = &others[random.random_range(0..others.len())];
    let from = place(random, other);
    bytes.truncate(random.random_range(0..=bytes.len()));
    bytes.extend_from_slice(&other[from..]);
}

fn insert(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, words: &[&[u8]]) {
    let (word, at) = (any(random, words), place(random, bytes));
    insert_at(bytes, at, word.iter().copied());
}

fn insert_long(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let length = 1 << random.random_range(4..18);
    let byte = BYTES[random.random_range(0..BYTES.len())];
    let at = place(random, bytes);
    insert_at(bytes, at, std::iter::repeat_n(byte, length));
}

/// Gives one line, or all, very many columns.
fn widen(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    const MOST_LINES: usize = 16;
    let lines = lines(bytes);
    let chosen = random.random_range(0..lines.len());
    let all = lines.len() <= MOST_LINES && random.random_bool(0.3);
    let n_columns = 1 << random.random_range(0..14);
    let numbered = random.random_bool(0.5);
    let more: Vec<u8> = (0..n_columns)
        .flat_map(|i| {
            if numbered {
                format!("\t{i}")
            } else {
                "\t1".into()
            }
            .into_bytes()
        })
        .collect();
    for (i, line) in lines.into_iter().enumerate().rev() {
        if all || i == chosen {
            insert_at(bytes, line.end, more.iter().copied());
        }
    }
}

/// The lines without their ends; there is one at least.
fn lines(bytes: &[u8]) -> Vec<Range<usize>> {
    pieces(bytes, 0..bytes.len(), b"\n")
}

/// The fields of a random line.
fn fields(random: &mut ChaCha8Rng, bytes: &[u8]) -> Vec<Range<usize>> {
    let lines = lines(bytes);
    pieces(
        bytes,
        lines[random.random_range(0..lines.len())].clone(),
        b"\t :",
    )
}

fn pieces(bytes: &[u8], within: Range<usize>, separators: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = within.start;
    for i in within.clone() {
        if separators.contains(&bytes[i]) {
            found.push(start..i);
            start = i + 1;
        }
    }
    found.push(start..within.end);
    found
}

fn replace_field(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, words: &[&[u8]]) {
    let fields = fields(random, bytes);
    let field = fields[random.random_range(0..fields.len())].clone();
    let mut word = any(random, words).to_vec();
    if random.random_bool(0.1) {
        word = word.repeat(random.random_range(1..400));
    }
    bytes.splice(field, word);
}

fn drop_field(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let fields = fields(random, bytes);
    let field = fields[random.random_range(0..fields.len())].clone();
    bytes.drain(field.start.saturating_sub(1)..field.end);
}

fn repeat_field(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let fields = fields(random, bytes);
    let field = fields[random.random_range(0..fields.len())].clone();
    let (start, mut new) = (field.start, bytes[field].to_vec());
    new.push(b'\t');
    insert_at(bytes, start, new);
}

fn swap_fields(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let fields = fields(random, bytes);
    let (a, b) = (
        random.random_range(0..fields.len()),
        random.random_range(0..fields.len()),
    );
    swap_parts(bytes, &fields[a.min(b)], &fields[a.max(b)]);
}

fn swap_lines(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let lines = lines(bytes);
    let (a, b) = (
        random.random_range(0..lines.len()),
        random.random_range(0..lines.len()),
    );
    swap_parts(bytes, &lines[a.min(b)], &lines[a.max(b)]);
}

/// Swaps two parts, the first of which comes first.
fn swap_parts(bytes: &mut Vec<u8>, first: &Range<usize>, second: &Range<usize>) {
    if first.start >= second.start {
        return;
    }
    let (a, b) = (
        bytes[first.clone()].to_vec(),
        bytes[second.clone()].to_vec(),
    );
    bytes.splice(second.clone(), a);
    bytes.splice(first.clone(), b);
}

fn repeat_line(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let lines = lines(bytes);
    let line = lines[random.random_range(0..lines.len())].clone();
    let (start, mut new) = (line.start, bytes[line].to_vec());
    new.push(b'\n');
    insert_at(bytes, start, new);
}

fn drop_line(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let lines = lines(bytes);
    let line = lines[random.random_range(0..lines.len())].clone();
    bytes.drain(line.start..(line.end + 1).min(bytes.len()));
}

fn end_lines_otherwise(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let end = any(random, &[b"\r\n", b"\r", b"\n\n", b"\t\n", b" \n"]);
    let with = |byte: u8| {
        if byte == b'\n' {
            end.to_vec()
        } else {
            vec![byte]
        }
    };
    *bytes = bytes.iter().flat_map(|&byte| with(byte)).collect();
}

fn replace_all(random: &mut ChaCha8Rng, bytes: &mut [u8]) {
    let (old, new) = (
        random.random_range(0..BYTES.len()),
        random.random_range(0..BYTES.len()),
    );
    for byte in bytes.iter_mut().filter(|byte| **byte == BYTES[old]) {
        *byte = BYTES[new];
    }
}
