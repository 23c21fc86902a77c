//! Who tries too often.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::StatusCode;

use crate::{Problem, Settings};

/// Counts requests by caller, and attempts to sign in by address: by name, anybody could keep somebody else out.
pub(crate) struct Throttle {
    requests: DefaultKeyedRateLimiter<String>,
    sign_ins: DefaultKeyedRateLimiter<String>,
}

impl Throttle {
    pub(crate) fn new(settings: &Settings) -> Self {
        let at_least = |count: u32| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        Self {
            requests: RateLimiter::keyed(Quota::per_second(at_least(settings.requests_per_second))),
            sign_ins: RateLimiter::keyed(Quota::per_minute(at_least(settings.sign_ins_per_minute))),
        }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// When there were too many.
    pub(crate) fn request(&self, caller: &str) -> Result<(), Problem> {
        if self.requests.len() > LARGEST {
            self.requests.retain_recent();
        }
        self.requests.check_key(&caller.to_owned()).map_err(|_| too_many())
    }

    /// Counts an attempt to sign in.
    ///
    /// # Errors
    /// When there were too many from this address.
    pub(crate) fn sign_in(&self, address: Option<IpAddr>) -> Result<(), Problem> {
        if self.sign_ins.len() > LARGEST {
            self.sign_ins.retain_recent();
        }
        let from = address.map_or_else(String::new, |address| address.to_string());
        self.sign_ins.check_key(&from).map_err(|_| too_many())
    }
}

/// So many callers are remembered before those are forgotten who are quiet.
const LARGEST: usize = 10_000;

fn too_many() -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many requests").detail("wait a moment, and try again")
}
