//! What kind of value a setting takes: how its text is read, written, bounded and described.

use std::fmt;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::list::List;
use super::settings::Settings;
use super::units::{
    UnitError, parse_duration, parse_rate, parse_size, write_duration, write_rate, write_size,
};

/// The place of a value among the settings, to read it and to set it.
pub(super) type Field<T> = fn(&mut Settings) -> &mut T;

/// A setting's kind, its place, and the bounds that its value must keep, ends included.
pub(super) enum Value {
    /// An IP address, or `localhost`.
    Host(Field<Option<IpAddr>>),
    /// A port.
    Port(Field<u16>),
    /// A whole number.
    Count(Field<usize>, RangeInclusive<usize>),
    /// A duration with a unit.
    Duration(Field<Duration>, RangeInclusive<Duration>),
    /// A number of bytes with a unit.
    Size(Field<u64>, RangeInclusive<u64>),
    /// A number of bytes per second with a unit.
    Rate(Field<u64>, RangeInclusive<u64>),
    /// One of a few words.
    Word(&'static dyn Word),
    /// What knows by itself how it is read.
    Custom(&'static dyn Custom),
    /// Permissions of a file.
    Mode(Field<u32>),
    /// Any number of values of one kind.
    List(&'static dyn List),
}

impl Value {
    /// Reads `text` and sets the value.
    ///
    /// # Errors
    ///
    /// [`UnitError`] where it is not of this kind or out of bounds; nothing is set then.
    pub(super) fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), UnitError> {
        match self {
            Self::Host(field) => *field(settings) = Some(parse_host(text)?),
            Self::Port(field) => *field(settings) = parse_count(text)?,
            Self::Count(field, bounds) => *field(settings) = within(bounds, parse_count(text)?)?,
            Self::Duration(field, bounds) => *field(settings) = within(bounds, parse_duration(text)?)?,
            Self::Size(field, bounds) => *field(settings) = within(bounds, parse_size(text)?)?,
            Self::Rate(field, bounds) => *field(settings) = within(bounds, parse_rate(text)?)?,
            Self::Word(word) => word.apply(settings, text)?,
            Self::Custom(custom) => custom.apply(settings, text)?,
            Self::Mode(field) => *field(settings) = parse_mode(text)?,
            Self::List(list) => list.apply(settings, text)?,
        }
        Ok(())
    }

    /// Writes the value as it stands, so that it can be read again.
    pub(super) fn show(&self, settings: &Settings) -> String {
        // The places are reached mutably; a copy is cheap and leaves the caller's settings alone.
        let settings = &mut settings.clone();
        match self {
            Self::Host(_) => settings.address().ip().to_string(),
            Self::Port(field) => field(settings).to_string(),
            Self::Count(field, _) => field(settings).to_string(),
            Self::Duration(field, _) => write_duration(*field(settings)),
            Self::Size(field, _) => write_size(*field(settings)),
            Self::Rate(field, _) => write_rate(*field(settings)),
            Self::Word(word) => word.show(settings).to_owned(),
            Self::Custom(custom) => custom.show(settings),
            Self::Mode(field) => format!("{:03o}", field(settings)),
            Self::List(list) => list.show(settings),
        }
    }

    /// Whether the value as it stands keeps its bounds, which the program's own values need not do.
    pub(super) fn holds(&self, settings: &Settings) -> bool {
        let settings = &mut settings.clone();
        match self {
            Self::Host(_) | Self::Port(_) | Self::Word(_) | Self::List(_) => true,
            Self::Custom(custom) => custom.holds(settings),
            Self::Mode(field) => *field(settings) <= MOST_MODE,
            Self::Count(field, bounds) => bounds.contains(field(settings)),
            Self::Duration(field, bounds) => bounds.contains(field(settings)),
            Self::Size(field, bounds) | Self::Rate(field, bounds) => bounds.contains(field(settings)),
        }
    }

    /// What `--help` writes in the value's place.
    pub(super) fn placeholder(&self) -> String {
        match self {
            Self::Host(_) => "ADDRESS".to_owned(),
            Self::Port(_) => "PORT".to_owned(),
            Self::Count(..) => "COUNT".to_owned(),
            Self::Duration(..) => "DURATION".to_owned(),
            Self::Size(..) => "SIZE".to_owned(),
            Self::Rate(..) => "RATE".to_owned(),
            Self::Word(word) => {
                let words = word.words().join("|");
                if words.len() <= WIDEST_WORDS { words } else { "WORD".to_owned() }
            }
            Self::Custom(custom) => custom.placeholder().to_owned(),
            Self::Mode(_) => "MODE".to_owned(),
            Self::List(list) => list.placeholder().to_owned(),
        }
    }

    /// The value that the command line may leave out.
    pub(super) fn implied(&self) -> Option<&'static str> {
        if let Self::Custom(custom) = self { custom.implied() } else { None }
    }

    /// The keys of each item of a list that a file may have in the value's place.
    #[cfg(feature = "config")]
    pub(super) fn item_keys(&self) -> &'static [&'static str] {
        if let Self::Custom(custom) = self { custom.item_keys() } else { &[] }
    }

    /// Whether it is the path of a file, whose content is no setting.
    pub(super) fn is_path(&self) -> bool {
        if let Self::Custom(custom) = self { custom.is_path() } else { false }
    }
}

/// As long as words in the place of a value may be; of others the text beside them tells.
const WIDEST_WORDS: usize = 30;

/// What is expected of the value, as it stands after "expected".
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(_) => {
                f.write_str("an IP address such as 127.0.0.1, 0.0.0.0 (all of IPv4), :: (all), or localhost")
            }
            Self::Port(_) => f.write_str("a port from 0 (any free one) to 65535"),
            Self::Count(_, bounds) => {
                write!(f, "a whole number from {} to {}", bounds.start(), bounds.end())
            }
            Self::Duration(_, bounds) => {
                let (least, most) = (write_duration(*bounds.start()), write_duration(*bounds.end()));
                write!(f, "a duration from {least} to {most}, in ms, s, m or h, such as 75s")
            }
            Self::Size(_, bounds) if *bounds == (0..=u64::MAX) => {
                f.write_str("a size in B, KB, MB, GB, KiB, MiB or GiB, such as 2MiB")
            }
            Self::Size(_, bounds) => {
                let (least, most) = (write_size(*bounds.start()), write_size(*bounds.end()));
                write!(f, "a size from {least} to {most}, in B, KB, MB, KiB or MiB, such as 16KiB")
            }
            Self::Rate(_, bounds) => {
                write!(f, "a rate up to {}, such as 240B/s", write_rate(*bounds.end()))
            }
            Self::Word(word) => match word.words().split_last() {
                Some((last, [])) => write!(f, "`{last}`"),
                Some((last, others)) => write!(f, "`{}` or `{last}`", others.join("`, `")),
                None => Ok(()),
            },
            Self::Custom(custom) => custom.fmt(f),
            Self::Mode(_) => f.write_str("permissions in octal digits, such as 660"),
            Self::List(list) => f.write_str(list.expected()),
        }
    }
}

/// A setting of a kind of its own; shown as what is expected of it.
pub(super) trait Custom: fmt::Display + Sync {
    /// Sets the value that `text` stands for.
    fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), UnitError>;
    /// Writes the value as it stands, so that it can be read again.
    fn show(&self, settings: &mut Settings) -> String;
    /// What `--help` writes in the value's place.
    fn placeholder(&self) -> &'static str;

    /// Whether the value as it stands keeps its bounds, which the program's own values need not do.
    fn holds(&self, settings: &mut Settings) -> bool {
        let _ = settings;
        true
    }

    /// The value that the command line may leave out.
    fn implied(&self) -> Option<&'static str> {
        None
    }

    /// Whether it is the path of a file, whose content is no setting.
    fn is_path(&self) -> bool {
        false
    }

    /// The keys of each item, where a file may have a list in the value's place: the text is then their values with
    /// colons between them, and commas between the items.
    #[cfg(feature = "config")]
    fn item_keys(&self) -> &'static [&'static str] {
        &[]
    }
}

/// A setting that is one of a few words, whatever the words stand for.
pub(super) trait Word: Sync {
    /// Every word, in the order of the docs.
    fn words(&self) -> Vec<&'static str>;
    /// The word of the value as it stands.
    fn show(&self, settings: &mut Settings) -> &'static str;
    /// Sets the value that `text` stands for.
    fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), UnitError>;
}

/// The words of a setting with what each of them stands for.
pub(super) struct Words<T: 'static> {
    /// The setting's place.
    pub(super) field: Field<T>,
    /// Each word with its value.
    pub(super) words: &'static [(&'static str, T)],
}

impl<T: Copy + PartialEq + Sync> Word for Words<T> {
    fn words(&self) -> Vec<&'static str> {
        self.words.iter().map(|&(word, _)| word).collect()
    }

    fn show(&self, settings: &mut Settings) -> &'static str {
        let value = *(self.field)(settings);
        // A value without a word cannot be read again; no table of ours leaves one out, as its test proves.
        self.words.iter().find(|(_, known)| *known == value).map_or("?", |&(word, _)| word)
    }

    fn apply(&self, settings: &mut Settings, text: &str) -> Result<(), UnitError> {
        let Some(&(_, value)) = self.words.iter().find(|&&(word, _)| word == text) else {
            let candidates = self.words.iter().map(|&(word, _)| word);
            let nearest = super::nearest::nearest(text, candidates).map(str::to_owned);
            return Err(UnitError { nearest });
        };
        *(self.field)(settings) = value;
        Ok(())
    }
}

/// Reads an IP address, also in the brackets that URLs put around IPv6.
///
/// Names other than `localhost` are refused: they would be looked up, and might be many addresses or another one at
/// each start.
fn parse_host(text: &str) -> Result<IpAddr, UnitError> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    match bare {
        "localhost" => Ok(IpAddr::from([127, 0, 0, 1])),
        "*" => Err(UnitError { nearest: Some("0.0.0.0".to_owned()) }),
        _ => bare.parse().map_err(|_| {
            let with_port = text.parse::<std::net::SocketAddr>().ok();
            UnitError { nearest: with_port.map(|address| address.ip().to_string()) }
        }),
    }
}

fn parse_count<T: TryFrom<u64>>(text: &str) -> Result<T, UnitError> {
    parse_number(text, &|number| T::try_from(number).is_ok())
        .and_then(|number| T::try_from(number).map_err(|_| UnitError::default()))
}

/// Reads a number that fits.
fn parse_number(text: &str, fits: &dyn Fn(u64) -> bool) -> Result<u64, UnitError> {
    // The standard library would take a sign.
    let read = |text: &str| {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|&number| digits && fits(number))
    };
    read(text).ok_or_else(|| {
        let plain: String = text.chars().filter(|c| !matches!(c, '_' | ',' | '\'' | ' ')).collect();
        let readable = plain != text && read(&plain).is_some();
        UnitError { nearest: readable.then_some(plain) }
    })
}

/// Everything for everybody.
const MOST_MODE: u32 = 0o777;

fn parse_mode(text: &str) -> Result<u32, UnitError> {
    let is_octal = (1..=4).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    let mode = u32::from_str_radix(text, 8).ok().filter(|&mode| is_octal && mode <= MOST_MODE);
    mode.ok_or_else(UnitError::default)
}

fn within<T: PartialOrd>(bounds: &RangeInclusive<T>, value: T) -> Result<T, UnitError> {
    if bounds.contains(&value) { Ok(value) } else { Err(UnitError::default()) }
}
