//! Shelves of spare parts: a pool keeps the parts of one vendor apart by what may stop them.

use super::Blueprint;
use crate::id::{HardwareId, ShelfId, VendorId};

/// Shelves of one vendor: parts of models below the threshold of its controller, and of controlled ones.
const KINDS: usize = 2;

impl Blueprint {
    /// Shelves of a pool.
    #[must_use]
    pub fn shelves(&self) -> usize {
        self.vendors.len() * KINDS
    }

    /// Where the parts of a model lie.
    #[must_use]
    pub fn shelf(&self, hardware: HardwareId) -> ShelfId {
        let model = &self.hardware[hardware.at()];
        ShelfId::new(model.vendor.at() * KINDS + usize::from(model.controlled))
    }

    /// Whose parts lie on a shelf.
    #[must_use]
    pub const fn shelf_vendor(&self, shelf: ShelfId) -> VendorId {
        VendorId::new(shelf.at() / KINDS)
    }

    /// Whether a regime on spares concerns the parts on a shelf.
    #[must_use]
    pub const fn shelf_controlled(&self, shelf: ShelfId) -> bool {
        shelf.at() % KINDS == 1
    }
}
