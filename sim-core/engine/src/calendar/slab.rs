//! Payloads of pending events, found by the slot of their key.
//!
//! A freed slot is the next one reused, so a short-lived event stays in cache. Each live slot carries the tag (phase
//! and sequence) of its one valid key: a key or handle with another tag is stale.

use crate::calendar::CalendarError;
use crate::calendar::key::{MAX_SLOTS, Tag};

/// Marks the tag of a free slot; the low bits are then the next free slot.
const FREE: u64 = 1 << 63;
/// The end of the list of free slots.
const NONE: u32 = u32::MAX;

#[derive(Debug, Clone)]
struct Entry<E> {
    tag: u64,
    event: E,
}

#[derive(Debug, Clone)]
pub(super) struct Slab<E> {
    entries: Vec<Entry<E>>,
    free: u32,
}

impl<E: Copy> Slab<E> {
    pub(super) fn new() -> Self {
        Self { entries: Vec::new(), free: NONE }
    }

    /// Store a payload and return its slot.
    #[inline]
    pub(super) fn insert(&mut self, tag: Tag, event: E) -> Result<u32, CalendarError> {
        let slot = self.free;
        if let Some(entry) = self.entries.get_mut(slot as usize) {
            self.free = entry.tag as u32;
            *entry = Entry { tag: tag.bits(), event };
        } else {
            return self.grow(tag, event);
        }
        Ok(slot)
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, tag: Tag, event: E) -> Result<u32, CalendarError> {
        if self.entries.len() >= MAX_SLOTS {
            return Err(CalendarError::SlotsExhausted);
        }
        let slot = self.entries.len() as u32;
        self.entries.push(Entry { tag: tag.bits(), event });
        Ok(slot)
    }

    /// Remove and return the payload if `tag` is the valid one of the slot.
    #[inline]
    pub(super) fn take(&mut self, slot: u32, tag: Tag) -> Option<E> {
        let entry = self.entries.get_mut(slot as usize)?;
        if entry.tag != tag.bits() {
            return None;
        }
        entry.tag = FREE | u64::from(self.free);
        self.free = slot;
        Some(entry.event)
    }

    /// Free the slots whose payload is not to be kept; returns how many.
    pub(super) fn retain(&mut self, keep: impl Fn(&E) -> bool) -> usize {
        let mut freed = 0;
        for (slot, entry) in self.entries.iter_mut().enumerate() {
            if entry.tag & FREE == 0 && !keep(&entry.event) {
                entry.tag = FREE | u64::from(self.free);
                self.free = slot as u32;
                freed += 1;
            }
        }
        freed
    }

    /// Whether `tag` is the valid one of the slot.
    #[inline]
    pub(super) fn holds(&self, slot: u32, tag: Tag) -> bool {
        self.entries.get(slot as usize).is_some_and(|entry| entry.tag == tag.bits())
    }

    /// Give a live slot a new tag, so that keys with the old one become stale.
    #[inline]
    pub(super) fn retag(&mut self, slot: u32, tag: Tag) {
        if let Some(entry) = self.entries.get_mut(slot as usize) {
            entry.tag = tag.bits();
        }
    }
}
