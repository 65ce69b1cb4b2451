//! Typed indices into the columns of the blueprint and the world.

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
        impl $name {
            /// As an index into a column.
            #[must_use]
            #[inline]
            pub const fn at(self) -> usize {
                self.0 as usize
            }
            /// From an index into a column.
            #[must_use]
            #[inline]
            pub const fn new(index: usize) -> Self {
                Self(index as u32)
            }
        }
    )+};
}

ids! {
    /// A zone: a focus nation or a bloc.
    NationId,
    /// A seller of accelerators.
    VendorId,
    /// An accelerator generation.
    HardwareId,
    /// A jurisdiction that controls exports.
    ControllerId,
    /// A seller of compute.
    ProviderId,
    /// A provider's capacity in one zone.
    PoolId,
    /// Nodes of a pool with one level of eligibility.
    GroupId,
    /// Who spreads work over the nodes of one pool, or of several in one zone.
    DispatcherId,
    /// A dispatcher's nodes of one level: one queue.
    QueueId,
    /// An owner of hardware in a pool.
    OperatorId,
    /// A beneficial owner of operators.
    OwnerId,
    /// A token protocol.
    TokenId,
    /// A place of an operator.
    SiteId,
    /// Nodes of one operator, model, site and vintage.
    CohortId,
    /// Demand of one nation, class and sensitivity.
    SegmentId,
    /// A long-term contract with clouds.
    ContractId,
    /// A project of several stages.
    ProjectId,
    /// An order for accelerators.
    OrderId,
    /// A vendor's spare parts of one kind in each pool.
    ShelfId,
    /// A shipment under way.
    ShipmentId,
    /// A stage of the production chain.
    StageId,
    /// The part of a stage that one jurisdiction makes.
    SourceId,
    /// An economy that makes a part of a stage.
    JurisdictionId,
}
