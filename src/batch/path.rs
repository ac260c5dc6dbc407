//! Paths of axes: `circuit["87L KEE-ELL"].payload`, `topology.link[medium=microwave].rate`.
