//! Services by preset as written.

use super::class;
use super::flow::{PolicerSpec, policer};
use crate::scenario::value::{At, Table, Value};
use crate::traffic::Class;

/// A preset laid over stations.
#[derive(Debug)]
pub struct ServiceSpec {
    /// `name`.
    pub name: At<String>,
    /// `preset`.
    pub preset: Option<At<String>>,
    /// `hub`.
    pub hub: Option<At<String>>,
    /// `sites`.
    pub sites: Option<SitesSpec>,
    /// `scale`.
    pub scale: u64,
    /// `class`.
    pub class: Option<Class>,
    /// `policer`.
    pub policer: Option<PolicerSpec>,
}

/// The sites of a service.
#[derive(Debug)]
pub enum SitesSpec {
    /// All but the hub.
    All,
    /// These.
    Named(Vec<At<String>>),
}

pub(super) fn service(table: &Table) -> Option<ServiceSpec> {
    let sites = table.get("sites").and_then(|at| match &at.value {
        Value::Text(_) => Some(SitesSpec::All),
        _ => Some(SitesSpec::Named(at.texts()?.value)),
    });
    Some(ServiceSpec {
        name: table.text("name")?,
        preset: table.text("preset"),
        hub: table.text("hub"),
        sites,
        scale: table.whole("scale").map_or(1, |at| at.value),
        class: class(table).map(|at| at.value),
        policer: table.table("policer").and_then(policer),
    })
}
