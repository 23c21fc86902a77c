//! Where messages may be sent.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use reqwest::Url;

use crate::TargetError;
use crate::address::{is_private, is_public};

/// What may be sent to beside the public internet: hosts and networks that whoever runs the service allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    hosts: BTreeSet<String>,
    networks: Vec<IpNet>,
}

impl Targets {
    /// Reads a list of names of hosts, addresses, and networks such as `10.1.0.0/16`.
    ///
    /// # Errors
    /// When one of them is none of these.
    pub fn parse<T: AsRef<str>>(allowed: impl IntoIterator<Item = T>) -> Result<Self, TargetError> {
        let mut targets = Self::default();
        for text in allowed {
            let text = text.as_ref().trim();
            let bare = text.trim_start_matches('[').trim_end_matches(']');
            if let Ok(network) = bare.parse::<IpNet>() {
                targets.networks.push(network);
            } else if let Ok(address) = bare.parse::<IpAddr>() {
                targets.networks.push(IpNet::from(address));
            } else {
                // As it will be compared: in small letters, and in ASCII.
                let host = Url::parse(&format!("https://{text}/")).ok().and_then(|url| {
                    let plain = url.port().is_none() && url.path() == "/" && url.username().is_empty();
                    url.domain().filter(|_| plain).map(name)
                });
                targets.hosts.insert(host.ok_or_else(|| TargetError::Unreadable(text.to_owned()))?);
            }
        }
        Ok(targets)
    }

    /// The address of a webhook, if messages may be sent there. A host is not looked up here, but for each message.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, text: &str) -> Result<Url, TargetError> {
        let url = Url::parse(text).map_err(|error| TargetError::NoUrl(error.to_string()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        if !matches!(url.scheme(), "https" | "http") {
            return Err(TargetError::NotHttps);
        }
        let Some(host) = url.host_str() else { return Err(TargetError::NoHost) };
        // The reader of addresses knows their other forms, too: decimal, octal and hexadecimal ones.
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
        let allowed = match address {
            Some(address) => self.networks.iter().any(|network| network.contains(&address)),
            None => self.hosts.contains(&name(host)),
        };
        if allowed {
            return Ok(url);
        }
        if url.scheme() != "https" {
            return Err(TargetError::NotHttps);
        }
        match address {
            Some(address) => self.check_address(host, address)?,
            None if is_local(&name(host)) => return Err(TargetError::Local(host.to_owned())),
            None => {}
        }
        match url.port() {
            Some(port) if port < 1024 => Err(TargetError::Port(port)),
            _ => Ok(url),
        }
    }

    /// Whether messages for a host may be sent to an address.
    ///
    /// # Errors
    /// When they may not.
    pub(crate) fn check_address(&self, host: &str, address: IpAddr) -> Result<(), TargetError> {
        // A name that is allowed may be of a private network, and still not of a link, where clouds keep credentials.
        let named = is_private(address) && self.hosts.contains(&name(host));
        if is_public(address) || named || self.networks.iter().any(|network| network.contains(&address)) {
            Ok(())
        } else {
            Err(TargetError::Address { host: host.to_owned(), address })
        }
    }
}

/// A name as names are compared.
fn name(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

/// Names that only mean something inside.
fn is_local(name: &str) -> bool {
    let ends = ["localhost", "local", "internal", "lan", "home.arpa"];
    !name.contains('.') || ends.iter().any(|end| name == *end || name.ends_with(&format!(".{end}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_addresses_are_refused_in_every_form() {
        let none = Targets::default();
        let refused = [
            "http://example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "https://",
            "x",
            "https://u:p@example.com/",
            "https://u@example.com/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://0/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::a9fe:a9fe]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://2852039166/",
            "https://[fd00:ec2::254]/",
            "https://[fe80::1]/",
            "https://10.0.0.1/",
            "https://①⑦②.16.0.1/",
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://db/",
            "https://metadata.google.internal/",
            "https://224.0.0.1/",
            "https://example.com:22/",
            "https://example.com:80/",
            "https://1.1.1.1:25/",
        ];
        for url in refused {
            assert!(none.check(url).is_err(), "{url} is accepted");
        }
        for url in [
            "https://example.com/hooks?x=1",
            "https://example.com:443/",
            "https://example.com:8443/",
            "https://1.1.1.1/",
        ] {
            assert!(none.check(url).is_ok(), "{url}: {:?}", none.check(url));
        }
    }

    #[test]
    fn what_is_allowed_is_what_was_said() {
        let some = Targets::parse(["10.1.0.0/16", "::1", "Hooks.Internal", "127.0.0.1"]).unwrap();
        for url in ["http://10.1.2.3:81/", "http://[::1]:9/", "http://hooks.internal/", "https://hooks.internal.:22/"] {
            assert!(some.check(url).is_ok(), "{url}: {:?}", some.check(url));
        }
        for url in ["http://10.2.0.1/", "https://10.2.0.1/", "http://x.hooks.internal/", "https://[::ffff:10.1.0.1]/"] {
            assert!(some.check(url).is_err(), "{url} is accepted");
        }
        assert!(some.check_address("hooks.internal", "192.168.0.1".parse().unwrap()).is_ok());
        assert!(some.check_address("hooks.internal", "169.254.169.254".parse().unwrap()).is_err());
        assert!(some.check_address("example.com", "192.168.0.1".parse().unwrap()).is_err());
        assert!(some.check_address("example.com", "10.1.0.1".parse().unwrap()).is_ok());
        for text in ["10.0.0.0/33", "a/b", "a:80", "u@a", ""] {
            assert!(Targets::parse([text]).is_err(), "{text} is read");
        }
    }
}
