//! Sealing: XChaCha20-Poly1305 under a key derived from the master key, bound to what is sealed.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::{SealingKey, StoreError};

/// How a sealed text begins, so that another way of sealing can be told apart one day.
const FORM: u8 = 1;

const NONCE: usize = 24;

/// What seals and opens.
#[derive(Clone)]
pub(crate) struct Sealer(XChaCha20Poly1305);

impl Sealer {
    pub(crate) fn new(key: &SealingKey) -> Result<Self, StoreError> {
        // Nothing but secrets is sealed with this: whatever else needs a key derives another.
        let mut derived = Zeroizing::new([0; 32]);
        let length = Hkdf::<Sha256>::new(None, key.bytes()).expand(b"scrim secrets 1", derived.as_mut_slice());
        length.map_err(|_| impossible("32 bytes of a key can always be derived"))?;
        Ok(Self(XChaCha20Poly1305::new(&Key::from(*derived))))
    }

    /// Seals `text` as what `name` stands for. The nonce is random: of 192 bits, none will come twice.
    pub(crate) fn seal(&self, name: &str, text: &[u8]) -> Result<Vec<u8>, StoreError> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|_| StoreError::NoRandomness)?;
        let payload = Payload { msg: text, aad: name.as_bytes() };
        let body = self.0.encrypt(&XNonce::from(nonce), payload).map_err(|_| impossible("the text is too long"))?;
        Ok([&[FORM], nonce.as_slice(), &body].concat())
    }

    /// What was sealed, if it was sealed by this key, for this name, and is whole.
    pub(crate) fn open(&self, name: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (form, rest) = sealed.split_first()?;
        let (nonce, body) = rest.split_first_chunk::<NONCE>()?;
        if *form != FORM {
            return None;
        }
        let payload = Payload { msg: body, aad: name.as_bytes() };
        self.0.decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }
}

fn impossible(reason: &str) -> StoreError {
    StoreError::Database { what: "seal a secret", reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_only_with_the_key_the_name_and_every_byte() {
        let sealer = Sealer::new(&SealingKey::generate().unwrap()).unwrap();
        let sealed = sealer.seal("warehouse", b"hunter2").unwrap();
        assert_eq!(sealer.open("warehouse", &sealed).unwrap().as_slice(), b"hunter2");
        assert!(sealer.open("warehous", &sealed).is_none());
        assert!(Sealer::new(&SealingKey::generate().unwrap()).unwrap().open("warehouse", &sealed).is_none());
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(sealer.open("warehouse", &changed).is_none(), "{place}");
            assert!(sealer.open("warehouse", &sealed[..place]).is_none(), "{place}");
        }
        assert_ne!(sealed, sealer.seal("warehouse", b"hunter2").unwrap());
    }
}
