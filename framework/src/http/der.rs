//! DER, as far as certificates need it (X.690 §8, §10).
//!
//! A reader over elements: tag, length, content. Nothing is copied, nothing recurses, and what is not DER is `None`.

/// The elements of a content that are not read yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Elements<'a>(&'a [u8]);

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element<'a> {
    /// Class, form and number, in the one byte that all of X.509 has.
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    /// The element with its tag and its length.
    pub(super) whole: &'a [u8],
}

impl<'a> Elements<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Takes the next element where it has this tag, and leaves it where it has another one.
    pub(super) fn of_tag(&mut self, tag: u8) -> Option<Element<'a>> {
        let mut rest = *self;
        let element = rest.next().filter(|element| element.tag == tag)?;
        *self = rest;
        Some(element)
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let (&[tag, first], rest) = self.0.split_first_chunk()?;
        if tag & 0x1f == 0x1f {
            // A number of several bytes.
            return None;
        }
        let (len, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            // As many bytes of length follow; four are more than any certificate.
            0x81..=0x84 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                (bytes.iter().fold(0, |len, &byte| len << 8 | usize::from(byte)), rest)
            }
            _ => return None,
        };
        let (content, rest) = rest.split_at_checked(len)?;
        let whole = self.0.get(..self.0.len() - rest.len())?;
        self.0 = rest;
        Some(Element { tag, content, whole })
    }
}

impl<'a> Element<'a> {
    /// What is in a constructed element.
    pub(super) fn elements(self) -> Elements<'a> {
        Elements::new(self.content)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &[u8], expected: Option<(u8, &[u8])>) {
        for end in 0..input.len() {
            assert_eq!(Elements::new(&input[..end]).next(), None, "cut at byte {end}");
        }
        let first = Elements::new(input).next();
        assert_eq!(first.map(|element| (element.tag, element.content)), expected);
        assert!(first.is_none_or(|element| element.whole == input));
    }

    #[test]
    fn reads_an_element_of_any_length() {
        check(&[0x05, 0], Some((5, &[])));
        check(&[0x04, 2, 7, 8], Some((4, &[7, 8])));
        let long = [&[0x04, 0x82, 1, 0], &[9; 256][..]].concat();
        check(&long, Some((4, &[9; 256])));
        check(&[0x30, 0x84, 0, 0, 0, 1, 3], Some((0x30, &[3])));
    }

    #[test]
    fn refuses_what_is_not_der() {
        check(&[], None);
        check(&[0x30, 0x80, 0, 0], None);
        check(&[0x30, 0x85, 0, 0, 0, 0, 0], None);
        check(&[0x1f, 1, 0], None);
        check(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0], None);
    }

    #[test]
    fn leaves_an_element_with_another_tag() {
        let mut elements = Elements::new(&[2, 1, 7, 4, 0]);
        assert_eq!(elements.of_tag(4), None);
        assert_eq!(elements.of_tag(2).map(|element| element.content), Some(&[7][..]));
        assert!(elements.of_tag(4).is_some());
        assert_eq!(elements.next(), None);
    }
}
