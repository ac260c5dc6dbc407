//! What reports and manifests say that a result rests on: values, defaults and findings.

use serde::Serialize;

use crate::scenario::{Diagnostic, Scenario, Severity};

/// What a result rests on.
#[derive(Serialize)]
pub(super) struct AssumedObject<'a> {
    constants: Vec<ConstantObject<'a>>,
    not_judged: &'a [String],
    defaults: &'a [String],
    filters: Option<&'a str>,
    findings: Vec<FindingObject<'a>>,
}

#[derive(Serialize)]
struct ConstantObject<'a> {
    name: &'a str,
    value: &'a str,
    source: &'a str,
    overrides: Option<&'a str>,
}

#[derive(Serialize)]
struct FindingObject<'a> {
    severity: &'a str,
    code: Option<&'a str>,
    title: &'a str,
}

pub(super) fn assumed<'a>(scenario: &'a Scenario, findings: &'a [Diagnostic]) -> AssumedObject<'a> {
    let constants = scenario.constants.iter().map(|one| ConstantObject {
        name: &one.name,
        value: &one.value,
        source: &one.source,
        overrides: one.overrides.as_deref(),
    });
    let findings = findings.iter().map(|one| FindingObject {
        severity: severity_word(one.severity),
        code: one.code,
        title: &one.title,
    });
    AssumedObject {
        constants: constants.collect(),
        not_judged: &scenario.not_judged,
        defaults: &scenario.defaults,
        filters: scenario.filters.map(|on| if on { "on" } else { "off" }),
        findings: findings.collect(),
    }
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}
