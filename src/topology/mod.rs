//! The network: nodes, links, media and presets; built once, then sealed; and routes over it.
//!
//! Nodes and links stand in the order of their names by bytes, so comparing ids is comparing
//! names, and the order of tables in a file cannot change a route.

pub mod discipline;
pub mod encryption;
pub mod leased_line;
pub mod link;
pub mod medium;
pub mod network;
pub mod preset;
pub mod radio;
pub mod route;
pub mod sdh;

pub use discipline::{Firewall, QueueDiscipline};
pub use encryption::{Encryption, EncryptionKind};
pub use leased_line::LeasedLine;
pub use link::{
    Bursts, Carries, Engineering, Errors, Exposure, Framing, Line, Link, default_metric,
};
pub use medium::Medium;
pub use network::{
    BuildError, Coordinates, Direction, LinkId, Node, NodeId, NodeProcessing, Topology,
};
pub use preset::{Constant, Constants, PRESETS, Preset};
pub use radio::{Channel, Modulation, Radio, Repeaters};
pub use route::{
    Hop, Path, PathError, explicit_path, explicit_path_over, shortest_path, shortest_path_avoiding,
    shortest_path_over,
};
