//! SHA-256 over the recorded numbers: machine-independent, independent of threads and of how rows are cut into parts.
//!
//! Per replication and policy, in that order: a byte that tells finished (1) from failed (0), then the numbers of the
//! record as 8 little-endian bytes each in the order of [`Record`]; every NaN has the one pattern `7ff8…0`.

use std::fmt::Write;

use autarky_market::record::Record;
use sha2::{Digest, Sha256};

use crate::run::TaskResult;

/// The running digest.
#[derive(Debug, Clone, Default)]
pub(crate) struct ResultDigest(Sha256);

impl ResultDigest {
    pub(crate) fn push(&mut self, result: &TaskResult) {
        self.0.update([u8::from(result.is_ok())]);
        if let Ok(record) = result {
            self.push_record(record);
        }
    }

    fn push_record(&mut self, record: &Record) {
        let withdrawal = record.withdrawal.iter().flat_map(|w| [w.level, w.loss, w.loss_max]);
        let numbers = record.scalars.iter().chain(&record.series).chain(&record.capacity);
        for x in numbers.copied().chain(withdrawal) {
            let bits = if x.is_nan() { 0x7ff8_0000_0000_0000 } else { x.to_bits() };
            self.0.update(bits.to_le_bytes());
        }
        for entry in &record.withdrawal {
            self.0.update([entry.layer as u8]);
        }
        self.0.update(record.events.to_le_bytes());
        self.0.update(record.fingerprint.to_le_bytes());
    }

    /// Hexadecimal digest of what was pushed so far.
    pub(crate) fn hex(&self) -> String {
        hex(&self.0.clone().finalize())
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
