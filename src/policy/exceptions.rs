//! Exceptions from a policy: what they silence, and what is to be said of them.

use std::fmt::Write as _;

use super::Exception;
use crate::date::Date;
use crate::span::{Source, Span};

/// For how many days an exception is said to end before it does.
const NOTICE: i64 = 14;

/// An exception and where it stands.
#[derive(Debug, Clone)]
pub struct Granted {
    /// What it says.
    pub exception: Exception,
    /// The configuration file.
    pub source: Source,
    /// Where in it.
    pub span: Span,
}

/// How long an exception holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It holds for more than two weeks.
    Holds,
    /// It ends in so many days, with this one.
    Ends(i64),
    /// It has ended.
    Expired(Date),
}

impl Granted {
    /// How it stands on a day.
    pub fn state(&self, as_of: Date) -> State {
        match self.exception.until {
            Some(until) if until < as_of => State::Expired(until),
            Some(until) if until.days() - as_of.days() <= NOTICE => {
                State::Ends(until.days() - as_of.days())
            }
            _ => State::Holds,
        }
    }

    /// Whether it allows anything on a day.
    pub fn holds(&self, as_of: Date) -> bool {
        !matches!(self.state(as_of), State::Expired(_))
    }

    /// Why it holds, for reports that list what is silenced.
    pub fn reason(&self) -> String {
        let exception = &self.exception;
        let mut reason = exception.reason.clone();
        if let Some(owner) = &exception.owner {
            let _ = write!(reason, " ({owner})");
        }
        if let Some(until) = exception.until {
            let _ = write!(reason, " until {until}");
        }
        reason
    }
}
