//! Columns of numbers that start on a cache line, so that no vector straddles two.

use std::ops::{Deref, DerefMut};

const LINE: usize = 64;
const SLACK: usize = LINE / size_of::<f64>() - 1;

/// A slice of `f64` whose first element is aligned to a cache line.
#[derive(Debug)]
pub(super) struct Buffer {
    data: Vec<f64>,
    start: usize,
    len: usize,
}

impl Buffer {
    pub(super) fn filled(len: usize, value: f64) -> Self {
        let data = vec![value; len + SLACK];
        let start = data.as_ptr().align_offset(LINE);
        // `align_offset` may decline; alignment is for speed alone.
        Self { data, start: if start <= SLACK { start } else { 0 }, len }
    }

    pub(super) fn zeros(len: usize) -> Self {
        Self::filled(len, 0.0)
    }

    /// Keeps what there is and fills up with `value`.
    pub(super) fn resize(&mut self, len: usize, value: f64) {
        let mut longer = Self::filled(len, value);
        let kept = if self.len < len { self.len } else { len };
        longer[..kept].copy_from_slice(&self[..kept]);
        *self = longer;
    }
}

impl Default for Buffer {
    fn default() -> Self {
        Self::zeros(0)
    }
}

impl Clone for Buffer {
    fn clone(&self) -> Self {
        let mut copy = Self::zeros(self.len);
        copy.copy_from_slice(self);
        copy
    }
}

impl Deref for Buffer {
    type Target = [f64];

    fn deref(&self) -> &[f64] {
        &self.data[self.start..self.start + self.len]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f64] {
        &mut self.data[self.start..self.start + self.len]
    }
}

impl<'a> IntoIterator for &'a Buffer {
    type Item = &'a f64;
    type IntoIter = std::slice::Iter<'a, f64>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Buffer {
    type Item = &'a mut f64;
    type IntoIter = std::slice::IterMut<'a, f64>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}
