//! The digest of all recorded numbers: machine-independent, independent of threads, of the order of runs, of how rows are cut into parts or shards.
//!
//! It is the sum modulo 2^256 of one SHA-256 a run: over its point, replication and policy (8 little-endian bytes each), a byte that tells finished
//! (1) from failed (0), then the numbers of the record as 8 little-endian bytes each in the order of [`Record`]; every NaN has the one pattern
//! `7ff8…0`. A sum can be continued and merged; it guards against mistakes and damage, not against somebody who forges results.

use std::fmt::Write;
use std::io::{self, Read};

use autarky_market::record::Record;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::run::TaskResult;
use crate::run::schedule::Task;

/// The running digest: 256 bits, the lowest byte first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResultDigest([u8; 32]);

impl ResultDigest {
    /// The digest of one run.
    pub(crate) fn of(task: Task, result: &TaskResult) -> Self {
        let mut hasher = Sha256::new();
        for number in [task.point, task.replication, task.policy as u64] {
            hasher.update(number.to_le_bytes());
        }
        hasher.update([u8::from(result.is_ok())]);
        if let Ok(record) = result {
            record_into(&mut hasher, record);
        }
        Self(hasher.finalize().into())
    }

    /// Adds the digest of other runs.
    pub(crate) fn add(&mut self, other: &Self) {
        let mut carry = 0;
        for (own, other) in self.0.iter_mut().zip(other.0) {
            let sum = u16::from(*own) + u16::from(other) + carry;
            *own = (sum & 0xff) as u8;
            carry = sum >> 8;
        }
    }

    /// Hexadecimal digest of what was added so far.
    pub(crate) fn hex(&self) -> String {
        hex(&self.0)
    }

    /// From its hexadecimal form; an empty one is of nothing.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        if text.is_empty() {
            return Some(Self::default());
        }
        let digit = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(digit).collect();
        Some(Self(bytes?.try_into().ok()?))
    }
}

fn record_into(hasher: &mut Sha256, record: &Record) {
    let withdrawal = record.withdrawal.iter().flat_map(|w| [w.level, w.loss, w.loss_max]);
    let numbers = record.scalars.iter().chain(&record.series).chain(&record.capacity);
    for x in numbers.copied().chain(withdrawal) {
        let bits = if x.is_nan() { 0x7ff8_0000_0000_0000 } else { x.to_bits() };
        hasher.update(bits.to_le_bytes());
    }
    for entry in &record.withdrawal {
        hasher.update([entry.layer as u8]);
    }
    hasher.update(record.events.to_le_bytes());
    hasher.update(record.fingerprint.to_le_bytes());
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// SHA-256 of bytes in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of what a reader has, in hexadecimal.
pub(crate) fn sha256_of(reader: &mut impl Read) -> io::Result<String> {
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hex(&hasher.finalize())),
            n => hasher.update(&buffer[..n]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_carry_and_do_not_depend_on_the_order() {
        let all = |byte| ResultDigest([byte; 32]);
        let mut a = all(0xff);
        a.add(&all(0x01));
        assert_eq!(a.0[..2], [0x00, 0x01], "the carry goes to the next byte");
        let task = |replication| Task { replication, point: 0, policy: 0 };
        let failed = || Err("no".to_owned());
        let (mut up, mut down) = (ResultDigest::default(), ResultDigest::default());
        for r in 0..9 {
            up.add(&ResultDigest::of(task(r), &failed()));
            down.add(&ResultDigest::of(task(8 - r), &failed()));
        }
        assert_eq!(up, down);
        assert_eq!(ResultDigest::from_hex(&up.hex()), Some(up));
    }
}
