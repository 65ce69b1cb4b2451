//! The seams with several answers. Mechanisms decide (pure functions of a view); handlers change state.

pub mod allocation;
pub mod attrition;
pub mod bargaining;
pub mod chain;
pub mod clearing;
pub mod concentration;
pub mod connectivity;
pub mod export_control;
pub mod governance;
pub mod government;
pub mod grey_channel;
pub mod investment;
pub mod machine_repair;
pub mod operator;
pub mod price;
pub mod region_entry;
pub mod reservation;
pub mod scheduling;
pub mod security;
pub mod services;
pub mod tension;
pub mod token;
pub mod verification;
