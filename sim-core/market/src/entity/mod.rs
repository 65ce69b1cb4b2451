//! The entities of the model: for each its parameters, its state and its validation.

pub mod alliance;
pub mod contract;
pub mod controller;
pub mod demand;
pub mod event;
pub mod grey;
pub mod hardware;
pub mod horizon;
pub mod model;
pub mod nation;
pub mod operator;
pub mod project;
pub mod provider;
pub mod security;
pub mod shock;
pub mod stage;
pub mod tension;
pub mod token;
pub mod vendor;
pub mod welfare;
pub mod withdrawal;
