//! IDs as parts of file names, where they may hold anything but control characters.

/// The ID with letters, digits, `_`, `-` and points that do not lead as they are, and every other byte as `%` and two
/// hexadecimal digits. Different IDs stay different, and none leads out of a folder.
pub fn percent_encoded(id: &str) -> String {
    let mut text = String::with_capacity(id.len());
    for (place, byte) in id.bytes().enumerate() {
        let is_plain = byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        if is_plain || (byte == b'.' && place > 0) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}
