//! Values with their type before them, as all of a BCF record is written: one byte of type and length, then the values.

/// The types of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Missing,
    Int8,
    Int16,
    Int32,
    Float,
    Text,
}

impl Type {
    /// Bytes of one value.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Missing => 0,
            Self::Int8 | Self::Text => 1,
            Self::Int16 => 2,
            Self::Int32 | Self::Float => 4,
        }
    }

    fn of(code: u8) -> Option<Self> {
        Some(match code {
            0 => Self::Missing,
            1 => Self::Int8,
            2 => Self::Int16,
            3 => Self::Int32,
            5 => Self::Float,
            7 => Self::Text,
            _ => return None,
        })
    }
}

/// The bytes of a record that have not been read. What ends too soon or has no type gives `None`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    /// The next `n` bytes.
    pub(super) fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn number(&mut self) -> Option<i32> {
        let bytes = self.take(4)?.try_into().expect("four bytes were taken");
        Some(i32::from_le_bytes(bytes))
    }

    /// A type, and how many values of it follow.
    pub(super) fn descriptor(&mut self) -> Option<(Type, usize)> {
        const LONG: u8 = 15;
        let byte = *self.take(1)?.first()?;
        let n = match byte >> 4 {
            LONG => usize::try_from(self.integer()?).ok()?,
            n => usize::from(n),
        };
        Some((Type::of(byte & 15)?, n))
    }

    /// One integer with its type before it.
    pub(super) fn integer(&mut self) -> Option<i32> {
        let byte = *self.take(1)?.first()?;
        let kind = Type::of(byte & 15)?;
        let bytes = self.take(kind.size())?;
        match (byte >> 4, kind) {
            (1, Type::Int8 | Type::Int16 | Type::Int32) => Some(integer(bytes)),
            _ => None,
        }
    }

    /// Text with its type before it.
    pub(super) fn text(&mut self) -> Option<&'a [u8]> {
        match self.descriptor()? {
            (Type::Text, n) => self.take(n),
            (Type::Missing, _) => Some(b""),
            _ => None,
        }
    }
}

/// A little-endian integer of one, two or four bytes.
pub(super) fn integer(bytes: &[u8]) -> i32 {
    match *bytes {
        [a] => i32::from(a as i8),
        [a, b] => i32::from(i16::from_le_bytes([a, b])),
        [a, b, c, d] => i32::from_le_bytes([a, b, c, d]),
        _ => unreachable!("an integer has one, two or four bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_come_with_type_and_length() {
        assert_eq!(Bytes(&[0x17, b'A']).text(), Some(&b"A"[..]));
        assert_eq!(Bytes(&[0x07]).text(), Some(&b""[..]));
        assert_eq!(Bytes(&[0x11, 0xfe]).integer(), Some(-2));
        assert_eq!(Bytes(&[0x12, 0x00, 0x01]).integer(), Some(256));
        let long = [&[0xf7, 0x11, 20][..], &[b'C'; 20]].concat();
        assert_eq!(Bytes(&long).text(), Some(&[b'C'; 20][..]));
        assert_eq!(Bytes(&[0x25]).descriptor(), Some((Type::Float, 2)));
    }

    #[test]
    fn what_ends_too_soon_or_has_no_type_is_nothing() {
        assert_eq!(Bytes(&[0x27, b'A']).text(), None);
        assert_eq!(Bytes(&[0x14, 0]).integer(), None);
        assert_eq!(Bytes(&[0x21, 0, 0]).integer(), None);
        assert_eq!(Bytes(&[0xf7, 0x11, 0xff]).text(), None);
        assert_eq!(Bytes(&[]).descriptor(), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mut rest = Bytes(&bytes);
            while rest.text().is_some() || rest.integer().is_some() {}
        }
    }
}
