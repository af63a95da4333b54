//! Why and where a text is not JSON, in words.

use std::fmt;

use crate::text::Span;

/// Why a text is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The text ends too early.
    End,
    /// Nothing but white space.
    Empty,
    /// Something that begins no value.
    Value,
    /// A key in quotes should stand here.
    Key,
    /// A colon should stand here.
    Colon,
    /// A comma or the end of the list should stand here.
    CommaOrBracket,
    /// A comma or the end of the object should stand here.
    CommaOrBrace,
    /// A comma before the end of a list or object.
    TrailingComma,
    /// More text after the value.
    Trailing,
    /// A control character, such as a line break, within quotes.
    Control,
    /// A backslash sequence that JSON does not have.
    Escape,
    /// Half of a surrogate pair.
    Surrogate,
    /// Not a number as JSON writes it.
    Number,
    /// A number greater than a computer's double can hold.
    NumberTooLarge,
    /// More levels than the limit.
    Depth,
    /// More values than the limit.
    Values,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Problem::End => "the file ends before every bracket and quotation mark is closed",
            Problem::Empty => "the file is empty",
            Problem::Value => "neither a text in double quotes nor a number, list or object begins like this",
            Problem::Key => "a field's name in double quotes is expected here",
            Problem::Colon => "a colon is expected after the field's name",
            Problem::CommaOrBracket => "a comma or the closing bracket of the list is expected here",
            Problem::CommaOrBrace => "a comma or the closing brace of the object is expected here",
            Problem::TrailingComma => "there is a comma after the last entry",
            Problem::Trailing => "there is more after the end of the first record or list",
            Problem::Control => "a line break or other control character stands within quotes",
            Problem::Escape => "JSON does not have this backslash sequence",
            Problem::Surrogate => "half of a surrogate pair stands alone",
            Problem::Number => "JSON does not write a number like this",
            Problem::NumberTooLarge => "the number is too large to be read",
            Problem::Depth => "brackets lie within brackets more than 127 deep",
            Problem::Values => "the programme holds too many values",
        })
    }
}

/// Where a text stops being JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong.
    pub problem: Problem,
    /// Where, in bytes of the forest's text.
    pub span: Span,
}
