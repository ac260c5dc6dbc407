//! The network: nodes, links, media and presets; built once, then sealed; and routes over it.
//!
//! Nodes and links stand in the order of their names by bytes, so comparing ids is comparing
//! names, and the order of tables in a file cannot change a route.

pub mod medium;
pub mod network;
pub mod preset;
pub mod route;

pub use medium::Medium;
pub use network::{
    BuildError, Coordinates, Direction, Link, LinkId, Node, NodeId, NodeProcessing, Topology,
    default_metric,
};
pub use preset::{Constant, Constants, PRESETS, Preset};
pub use route::{Hop, Path, PathError, explicit_path, shortest_path, shortest_path_avoiding};
