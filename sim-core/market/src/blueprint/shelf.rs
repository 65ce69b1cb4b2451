//! Shelves of spare parts: a pool keeps the parts of one vendor apart by what may stop them.

use super::Blueprint;
use crate::id::{HardwareId, ShelfId, VendorId};

/// Shelves of one vendor: for models below the threshold of its controller, for controlled ones, and for nodes of the grey channel.
const KINDS: usize = 3;

impl Blueprint {
    /// Shelves of a pool.
    #[must_use]
    pub fn shelves(&self) -> usize {
        self.vendors.len() * KINDS
    }

    /// Where the parts for nodes of a model lie, which came through the grey channel or not.
    #[must_use]
    pub fn shelf(&self, hardware: HardwareId, grey: bool) -> ShelfId {
        let model = &self.hardware[hardware.at()];
        let kind = if grey { 2 } else { usize::from(model.controlled) };
        ShelfId::new(model.vendor.at() * KINDS + kind)
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

    /// Whether a shelf is for nodes of the grey channel: it stays empty.
    #[must_use]
    pub const fn shelf_grey(&self, shelf: ShelfId) -> bool {
        shelf.at() % KINDS == 2
    }
}
