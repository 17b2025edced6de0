//! Numbers as parameters.

use std::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8, NonZeroU16,
    NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
};
use std::str::FromStr;

use super::{FromParam, ParamError};
use crate::extract::number;

#[inline]
fn parse_number<T: FromStr>(text: &str, expected: &'static str) -> Result<T, ParamError> {
    number::parse(text).ok_or(ParamError::expected(expected))
}

macro_rules! numbers {
    ($($ty:ty => $expected:literal;)+) => {$(
        impl FromParam<'_> for $ty {
            #[inline]
            fn from_param(text: &str) -> Result<Self, ParamError> {
                parse_number(text, $expected)
            }
        }
    )+};
}

numbers! {
    u8 => "an unsigned 8-bit integer";
    u16 => "an unsigned 16-bit integer";
    u32 => "an unsigned 32-bit integer";
    u64 => "an unsigned 64-bit integer";
    u128 => "an unsigned 128-bit integer";
    usize => "an unsigned integer";
    i8 => "an 8-bit integer";
    i16 => "a 16-bit integer";
    i32 => "a 32-bit integer";
    i64 => "a 64-bit integer";
    i128 => "a 128-bit integer";
    isize => "an integer";
    NonZeroU8 => "an unsigned 8-bit integer other than zero";
    NonZeroU16 => "an unsigned 16-bit integer other than zero";
    NonZeroU32 => "an unsigned 32-bit integer other than zero";
    NonZeroU64 => "an unsigned 64-bit integer other than zero";
    NonZeroU128 => "an unsigned 128-bit integer other than zero";
    NonZeroUsize => "an unsigned integer other than zero";
    NonZeroI8 => "an 8-bit integer other than zero";
    NonZeroI16 => "a 16-bit integer other than zero";
    NonZeroI32 => "a 32-bit integer other than zero";
    NonZeroI64 => "a 64-bit integer other than zero";
    NonZeroI128 => "a 128-bit integer other than zero";
    NonZeroIsize => "an integer other than zero";
}

macro_rules! floats {
    ($($ty:ty),+) => {$(
        /// Infinities and NaN are no numbers a client could mean.
        impl FromParam<'_> for $ty {
            #[inline]
            fn from_param(text: &str) -> Result<Self, ParamError> {
                let number: $ty = parse_number(text, "a number")?;
                Some(number).filter(|number| number.is_finite()).ok_or(ParamError::expected("a number"))
            }
        }
    )+};
}

floats!(f32, f64);
