//! Which addresses are of the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address is one of the public internet, and nothing else: no address of this machine, of a private network, of
/// a link, of many at once, of a cloud's metadata, nor one that only translates to another.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Whether an address is one of this machine or of a private network.
pub(crate) fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || is_shared(address),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

/// 100.64.0.0/10: of carriers, and of some clouds.
fn is_shared(address: Ipv4Addr) -> bool {
    matches!(address.octets(), [100, second, ..] if (64..128).contains(&second))
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = matches!(
        address.octets(),
        // This network; protocol assignments; documentation; relays of 6to4; benchmarks; the rest of documentation.
        [0, ..]
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
            // Of many at once, and reserved.
            | [224..=255, ..]
            // Where Azure tells machines about themselves.
            | [168, 63, 129, 16]
    );
    !special && !address.is_loopback() && !address.is_private() && !address.is_link_local() && !is_shared(address)
}

/// Of IPv6 only what is given to networks of the internet: mapped and translated addresses, local ones and those of many
/// at once are all outside of it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Protocol assignments, Teredo among them.
        [0x2001, 0x0000..0x0200, ..] => false,
        // Documentation; 6to4, which holds an address of IPv4; documentation again.
        [0x2001, 0x0db8, ..] | [0x2002, ..] | [0x3fff, 0x0000..0x1000, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_internet_is_public() {
        let public =
            ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.15.0.1", "172.32.0.1", "100.63.0.1", "2606:4700::1111"];
        for address in public {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
        let others = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.100.100.200",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::ffff:8.8.8.8",
            "::ffff:127.0.0.1",
            "::7f00:1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::1",
            "100::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
            "5f00::1",
        ];
        for address in others {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }
}
