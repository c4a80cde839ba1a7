//! `sprintf` as OPA has it: Go's `fmt.Sprintf`, which never fails. What does not fit is told in the text itself.

use super::budget::{Answer, Budget, Walk, digits, size};
use super::gotext::{self, Quote};
use super::values::{list, text};
use regorus::Value;
use std::borrow::Cow;

/// Widths and precisions beyond are not read.
const MAX_WIDTH: i64 = 1_000_000;

pub(super) fn sprintf(given: &[Value], budget: &Budget) -> Answer<Option<Value>> {
    let (Some(format), Some(given)) = (text(given, 0), list(given, 1)) else { return Ok(None) };
    let mut printer = Printer {
        format,
        given,
        at: 0,
        next: 0,
        reordered: false,
        good: true,
        flags: Flags::default(),
        out: Out { made: String::new(), budget },
    };
    printer.print()?;
    Ok(Some(Value::from(printer.out.made)))
}

/// What is written, within the budget.
struct Out<'b> {
    made: String,
    budget: &'b Budget,
}

impl Out<'_> {
    fn push(&mut self, text: &str) -> Answer {
        self.budget.take(text.len())?;
        self.made.push_str(text);
        Ok(())
    }

    fn fill(&mut self, with: char, count: usize) -> Answer {
        self.budget.take(count)?;
        self.made.extend(std::iter::repeat_n(with, count));
        Ok(())
    }
}

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Default)]
struct Flags {
    sharp: bool,
    zero: bool,
    plus: bool,
    minus: bool,
    space: bool,
    /// `%#v` and `%+v`, which mean something else.
    sharp_v: bool,
    plus_v: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// An argument as OPA hands it over: what is no number is a text.
enum Given<'v> {
    Int(i64),
    Big(&'v Value),
    Float(f64),
    Text(Cow<'v, str>),
}

impl Given<'_> {
    fn kind(&self) -> &'static str {
        match self {
            Self::Int(_) => "int",
            Self::Big(_) => "*big.Int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
        }
    }
}

struct Printer<'f> {
    format: &'f str,
    given: &'f [Value],
    at: usize,
    /// The argument that is next.
    next: usize,
    /// Whether an argument has been asked for by its number.
    reordered: bool,
    /// Whether all of the numbers of this verb are good.
    good: bool,
    flags: Flags,
    out: Out<'f>,
}

impl<'f> Printer<'f> {
    fn byte(&self) -> Option<u8> {
        self.format.as_bytes().get(self.at).copied()
    }

    /// Whether such a byte is next; it is taken.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.byte() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn argument(&self, number: usize) -> Answer<Option<Given<'f>>> {
        let Some(value) = self.given.get(number) else { return Ok(None) };
        let found = match value {
            Value::String(text) => Given::Text(Cow::Borrowed(&**text)),
            Value::Number(number) => match (number.as_i64(), number.as_big(), number.as_f64()) {
                (Some(int), ..) => Given::Int(int),
                (_, Some(_), _) => Given::Big(value),
                (.., Some(float)) => Given::Float(float),
                _ => Given::Text(Cow::Owned(number.format_decimal())),
            },
            other => {
                self.out.budget.walk(other, Walk::Written)?;
                Given::Text(Cow::Owned(gotext::of_rego(other)))
            }
        };
        Ok(Some(found))
    }

    fn print(&mut self) -> Answer {
        while let Some(rest) = self.format.get(self.at..).filter(|rest| !rest.is_empty()) {
            let plain = rest.find('%').unwrap_or(rest.len());
            self.out.push(rest.get(..plain).unwrap_or_default())?;
            self.at += plain;
            if self.takes(b'%') {
                self.place()?;
            }
        }
        if self.reordered || self.next >= self.given.len() {
            return Ok(());
        }
        self.flags = Flags::default();
        self.out.push("%!(EXTRA ")?;
        for number in self.next..self.given.len() {
            let Some(given) = self.argument(number)? else { break };
            self.out.push(if number > self.next { ", " } else { "" })?;
            self.out.push(given.kind())?;
            self.out.push("=")?;
            self.argument_as(&given, 'v')?;
        }
        self.out.push(")")
    }

    /// All of a place behind its `%`.
    fn place(&mut self) -> Answer {
        self.flags = Flags::default();
        self.good = true;
        while let Some(byte) = self.byte() {
            match byte {
                b'#' => self.flags.sharp = true,
                b'0' => self.flags.zero = true,
                b'+' => self.flags.plus = true,
                b'-' => self.flags.minus = true,
                b' ' => self.flags.space = true,
                _ => break,
            }
            self.at += 1;
        }
        let mut indexed = self.index();
        if self.takes(b'*') {
            match self.int() {
                Some(width) => {
                    self.flags.width = usize::try_from(width.unsigned_abs()).ok();
                    self.flags.minus |= width < 0;
                }
                None => self.out.push("%!(BADWIDTH)")?,
            }
            indexed = false;
        } else {
            self.flags.width = self.number();
            self.good &= !(indexed && self.flags.width.is_some());
        }
        if self.byte() == Some(b'.') && self.at + 1 < self.format.len() {
            self.at += 1;
            self.good &= !indexed;
            indexed = self.index();
            if self.takes(b'*') {
                self.flags.precision = self.int().and_then(|given| usize::try_from(given).ok());
                if self.flags.precision.is_none() {
                    self.out.push("%!(BADPREC)")?;
                }
                indexed = false;
            } else {
                self.flags.precision = Some(self.number().unwrap_or(0));
            }
        }
        if !indexed {
            self.index();
        }
        let Some(verb) = self.format.get(self.at..).and_then(|rest| rest.chars().next()) else {
            return self.out.push("%!(NOVERB)");
        };
        self.at += verb.len_utf8();
        if verb == '%' {
            return self.out.push("%");
        }
        if !self.good {
            return self.out.push(&format!("%!{verb}(BADINDEX)"));
        }
        let Some(given) = self.argument(self.next)? else {
            return self.out.push(&format!("%!{verb}(MISSING)"));
        };
        self.next += 1;
        if matches!(verb, 'v' | 'w') {
            let Flags { sharp, plus, .. } = self.flags;
            let rest = Flags { sharp: false, plus: false, ..self.flags };
            self.flags = Flags { sharp_v: sharp, plus_v: plus, ..rest };
        }
        self.argument_as(&given, verb)
    }

    /// A number in brackets tells which argument is next.
    fn index(&mut self) -> bool {
        if self.byte() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = self.format.get(self.at + 1..).unwrap_or_default();
        // At the end of the format there is no room for one.
        let rest = if rest.len() < 2 { "" } else { rest };
        let Some(within) = rest.find(']').and_then(|end| rest.get(..end)) else {
            self.good = false;
            self.at += 1;
            return false;
        };
        self.at += within.len() + 2;
        let is_number = !within.is_empty() && within.bytes().all(|byte| byte.is_ascii_digit());
        let index = within.parse::<usize>().ok().filter(|_| is_number);
        match index.and_then(|index| index.checked_sub(1)) {
            Some(index) if index < self.given.len() => self.next = index,
            _ => self.good = false,
        }
        is_number
    }

    /// The next argument as a width or a precision.
    fn int(&mut self) -> Option<i64> {
        let value = self.given.get(self.next)?;
        self.next += 1;
        let int = value.as_number().ok()?.as_i64()?;
        Some(int).filter(|int| (-MAX_WIDTH..=MAX_WIDTH).contains(int))
    }

    /// Digits; where they are too many all that follows is passed over, as in Go.
    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(digit) = self.byte().filter(u8::is_ascii_digit) {
            let before = number.unwrap_or(0i64);
            if before > MAX_WIDTH {
                self.at = self.format.len();
                return None;
            }
            number = Some(before * 10 + i64::from(digit - b'0'));
            self.at += 1;
        }
        number.and_then(|number| usize::try_from(number).ok())
    }

    fn argument_as(&mut self, given: &Given<'_>, verb: char) -> Answer {
        match given {
            _ if verb == 'T' => self.text(given.kind()),
            Given::Int(int) => self.int_as(*int, verb, given),
            Given::Big(value) => self.big_as(value, verb),
            Given::Float(float) => self.float_as(*float, verb, given),
            Given::Text(text) => match verb {
                'v' if self.flags.sharp_v => self.quoted(text),
                'v' | 's' => self.text(text),
                'q' => self.quoted(text),
                'x' | 'X' => self.hex(text, verb == 'X'),
                _ => self.bad(given, verb),
            },
        }
    }

    /// A verb that does not fit.
    fn bad(&mut self, given: &Given<'_>, verb: char) -> Answer {
        self.out.push(&format!("%!{verb}({}=", given.kind()))?;
        self.argument_as(given, 'v')?;
        self.out.push(")")
    }

    /// Writes a text of the width.
    fn pad(&mut self, text: &str) -> Answer {
        let Flags { width, minus, zero, .. } = self.flags;
        let more = width.map_or(0, |width| width.saturating_sub(text.chars().count()));
        if minus {
            self.out.push(text)?;
            return self.out.fill(' ', more);
        }
        self.out.fill(if zero { '0' } else { ' ' }, more)?;
        self.out.push(text)
    }

    /// The same, never with zeros.
    fn pad_blank(&mut self, text: &str) -> Answer {
        let zero = std::mem::take(&mut self.flags.zero);
        let told = self.pad(text);
        self.flags.zero = zero;
        told
    }

    fn cut<'t>(&self, text: &'t str) -> &'t str {
        let end = self.flags.precision.and_then(|most| text.char_indices().nth(most));
        end.and_then(|(end, _)| text.get(..end)).unwrap_or(text)
    }

    fn text(&mut self, text: &str) -> Answer {
        self.pad(self.cut(text))
    }

    fn quoted(&mut self, text: &str) -> Answer {
        let text = self.cut(text);
        self.out.budget.take(text.len().saturating_mul(2))?;
        if self.flags.sharp && gotext::may_stand_in_backquotes(text) {
            return self.pad(&format!("`{text}`"));
        }
        self.pad(&gotext::quoted(text, '"', self.quote()))
    }

    fn quote(&self) -> Quote {
        if self.flags.plus { Quote::Ascii } else { Quote::Printable }
    }

    fn hex(&mut self, text: &str, upper: bool) -> Answer {
        let length = self.flags.precision.map_or(text.len(), |most| most.min(text.len()));
        self.out.budget.take(length.saturating_mul(5))?;
        let prefix = if upper { "0X" } else { "0x" };
        let mut made = String::new();
        for (number, byte) in text.bytes().take(length).enumerate() {
            if self.flags.space && number > 0 {
                made.push(' ');
            }
            if self.flags.sharp && (self.flags.space || number == 0) {
                made += prefix;
            }
            made += &if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
        }
        self.pad(&made)
    }

    fn int_as(&mut self, int: i64, verb: char, given: &Given<'_>) -> Answer {
        let code = u32::try_from(int).ok().and_then(char::from_u32);
        let char = code.unwrap_or(char::REPLACEMENT_CHARACTER);
        let all = int.unsigned_abs();
        let digits = match verb {
            'v' | 'd' => all.to_string(),
            'b' => format!("{all:b}"),
            'o' | 'O' => format!("{all:o}"),
            'x' => format!("{all:x}"),
            'X' => format!("{all:X}"),
            'c' => return self.pad(char.encode_utf8(&mut [0; 4])),
            'q' => {
                let quoted = gotext::quoted(char.encode_utf8(&mut [0; 4]), '\'', self.quote());
                return self.pad(&quoted);
            }
            'U' => {
                let least = self.flags.precision.unwrap_or(4).max(4);
                let digits = format!("{int:X}");
                self.out.budget.take(least)?;
                let zeros = "0".repeat(least.saturating_sub(digits.len()));
                let shown = code.filter(|it| self.flags.sharp && gotext::is_print(*it));
                let shown = shown.map_or(String::new(), |char| format!(" '{char}'"));
                return self.pad_blank(&format!("U+{zeros}{digits}{shown}"));
            }
            _ => return self.bad(given, verb),
        };
        self.digits(int < 0, &digits, verb)
    }

    /// Digits with their sign, what tells their base, and zeros.
    fn digits(&mut self, negative: bool, digits: &str, verb: char) -> Answer {
        let Flags { sharp, zero, plus, minus, space, width, precision, .. } = self.flags;
        if precision == Some(0) && digits == "0" {
            return self.pad_blank("");
        }
        let sign = match (negative, plus, space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (.., true) => " ",
            _ => "",
        };
        let least = match (precision, width) {
            (Some(least), _) => least,
            (None, Some(width)) if zero && !minus => width.saturating_sub(sign.len()),
            _ => 0,
        };
        let zeros = least.saturating_sub(digits.len());
        self.out.budget.take(zeros)?;
        let prefix = match verb {
            'O' => "0o",
            'b' if sharp => "0b",
            'o' if sharp && zeros == 0 && !digits.starts_with('0') => "0",
            'x' if sharp => "0x",
            'X' if sharp => "0X",
            _ => "",
        };
        self.pad_blank(&format!("{sign}{prefix}{}{digits}", "0".repeat(zeros)))
    }

    /// A number that is no `int`, as Go's `big.Int` formats itself.
    fn big_as(&mut self, value: &Value, verb: char) -> Answer {
        let Some(big) = value.as_number().ok().and_then(|number| number.as_big()) else {
            return Ok(());
        };
        self.out.budget.take(digits(value).saturating_add(size(value).saturating_mul(8)))?;
        let radix = match verb {
            'b' => 2,
            'o' | 'O' => 8,
            'd' | 's' | 'v' => 10,
            'x' | 'X' => 16,
            _ => return self.out.push(&format!("%!{verb}(big.Int={big})")),
        };
        let text = big.to_str_radix(radix);
        let digits = text.strip_prefix('-').unwrap_or(&text);
        let digits = if verb == 'X' { digits.to_uppercase() } else { digits.to_owned() };
        let negative = text.starts_with('-');
        self.flags.plus |= self.flags.plus_v;
        // Here the width is that of the prefix as well.
        let prefix = match verb {
            'O' => 2,
            'o' if self.flags.sharp => 1,
            'b' | 'x' | 'X' if self.flags.sharp => 2,
            _ => 0,
        };
        if self.flags.zero && !self.flags.minus && self.flags.precision.is_none() {
            self.flags.width = self.flags.width.map(|width| width.saturating_sub(prefix));
        }
        self.digits(negative, &digits, verb)
    }

    fn float_as(&mut self, float: f64, verb: char, given: &Given<'_>) -> Answer {
        let (form, precision) = match verb {
            'v' => ('g', None),
            'b' | 'g' | 'G' | 'x' | 'X' => (verb, None),
            'f' | 'e' | 'E' => (verb, Some(6)),
            'F' => ('f', Some(6)),
            _ => return self.bad(given, verb),
        };
        let Flags { sharp, zero, plus, minus, space, width, .. } = self.flags;
        let precision = self.flags.precision.or(precision);
        self.out.budget.take(precision.unwrap_or(0).saturating_add(340))?;
        let mut number = gotext::float(float.abs(), form, precision);
        if sharp && form != 'b' {
            number = gotext::with_point(&number, form, precision);
        }
        let sign = match (float.is_sign_negative(), plus, space) {
            (true, ..) => "-",
            (_, true, _) => "+",
            (.., true) => " ",
            _ => "",
        };
        let length = sign.len() + number.len();
        match width.filter(|width| zero && !minus && *width > length) {
            Some(width) => {
                self.out.push(sign)?;
                self.out.fill('0', width - length)?;
                self.out.push(&number)
            }
            None => self.pad(&format!("{sign}{number}")),
        }
    }
}
