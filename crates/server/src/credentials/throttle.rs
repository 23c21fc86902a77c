//! Who tries too often.

use std::net::{IpAddr, Ipv6Addr};
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
        self.attempt(address.map_or_else(String::new, |address| network(address).to_string()))
    }

    /// Counts an attempt of somebody who is signed in to show their password.
    ///
    /// # Errors
    /// When there were too many by this user.
    pub(crate) fn own_password(&self, user: &str) -> Result<(), Problem> {
        self.attempt(format!("user {user}"))
    }

    fn attempt(&self, of: String) -> Result<(), Problem> {
        if self.sign_ins.len() > LARGEST {
            self.sign_ins.retain_recent();
        }
        self.sign_ins.check_key(&of).map_err(|_| too_many())
    }
}

/// Whose an address is: in IPv6 the network (/64), of which whoever has one address has all.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address @ IpAddr::V4(_) => address,
    }
}

/// So many callers are remembered before those are forgotten who are quiet.
const LARGEST: usize = 10_000;

fn too_many() -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many", "Too many requests").detail("wait a moment, and try again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let throttle = Throttle::new(&Settings { sign_ins_per_minute: 2, ..Settings::default() });
        let tried = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1", "::ffff:10.0.0.1", "10.0.0.1"];
        let good = tried.map(|address| throttle.sign_in(address.parse().ok()).is_ok());
        assert_eq!(good, [true, true, false, true, true, true]);
        assert!(throttle.sign_in("10.0.0.1".parse().ok()).is_err());
        assert!(throttle.sign_in("10.0.0.2".parse().ok()).is_ok());
    }
}
