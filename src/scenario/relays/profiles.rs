//! Profiles by name: relay families, and those of the user that stand on them.

use std::collections::BTreeMap;

use super::keys::{in_words, kinds};
use crate::relay::profile::{Profile, ProfileKind};
use crate::scenario::diagnostic::{Diagnostic, Findings};
use crate::scenario::network::{tell_duplicates, tell_unknown};
use crate::scenario::spec::{RelayProfileSpec, ScenarioSpec};
use crate::scenario::value::At;

/// All profiles that a name may mean.
pub struct Known<'a> {
    families: Vec<&'static Profile>,
    users: BTreeMap<&'a str, &'a RelayProfileSpec>,
}

/// What a name means: the user's profiles from the last to the first, then a relay family.
#[derive(Default)]
pub struct Chain<'a> {
    /// The user's.
    pub users: Vec<&'a RelayProfileSpec>,
    /// The family.
    pub family: Option<&'static Profile>,
    /// Which relays it is for; `None`: nothing in it says.
    pub kind: Option<ProfileKind>,
    /// Whether a base is not there, or one already met.
    broken: bool,
}

impl<'a> Known<'a> {
    /// Tells names given twice, profiles that stand on nothing or on themselves, and those that mix
    /// what does not go together.
    pub fn new(
        spec: &'a ScenarioSpec,
        families: &[&'static Profile],
        findings: &mut Findings,
    ) -> Self {
        let names = spec.relay_profiles.iter().map(|one| &one.name);
        tell_duplicates(names, "relay profiles", |at| spec.place(&at.span), findings);
        let users = spec.relay_profiles.iter().rev();
        let known = Self {
            families: families.to_vec(),
            users: users.map(|one| (one.name.value.as_str(), one)).collect(),
        };
        for one in &spec.relay_profiles {
            known.check(one, spec, findings);
        }
        known
    }

    fn family(&self, name: &str) -> Option<&'static Profile> {
        self.families.iter().copied().find(|one| one.name == name)
    }

    fn check(&self, one: &RelayProfileSpec, spec: &ScenarioSpec, findings: &mut Findings) {
        let name = &one.name.value;
        if self.family(name).is_some() {
            let title = format!("relay profile {name} is there already");
            let place = spec.place(&one.name.span);
            let help = format!("another name, with base = \"{name}\"");
            findings.push(Diagnostic::error(title, place, "a relay family").help(help));
        }
        let Some(base) = &one.base else {
            self.tell_mixed(one, None, spec, findings);
            return;
        };
        let chain = self.walk(&base.value);
        let place = spec.place(&base.span);
        if chain.users.iter().any(|user| user.name.value == *name) {
            let title = format!("relay profile {name} stands on itself");
            let label = "its base, or the base of that, is the profile itself";
            findings.push(Diagnostic::error(title, place, label).help("leave one `base` out"));
            return;
        }
        if !self.is_known(&base.value) {
            tell_unknown("relay profile", base, self.names(), place, findings);
            return;
        }
        self.tell_mixed(one, chain.kind, spec, findings);
    }

    /// Keys of both kinds of relays, or of another kind than the base.
    fn tell_mixed(
        &self,
        one: &RelayProfileSpec,
        base: Option<ProfileKind>,
        spec: &ScenarioSpec,
        findings: &mut Findings,
    ) {
        let own = kinds(&one.values);
        let first = base.or(own.first().map(|known| known.0));
        let Some((kind, key)) = own.iter().find(|known| Some(known.0) != first) else {
            return;
        };
        let Some(first) = first else { return };
        let title = format!(
            "relay profile {} is for {}, and `{key}` for {}",
            one.name.value,
            in_words(first),
            in_words(*kind)
        );
        let place = spec.place(&one.values.keys[key]);
        let help = "a profile for each kind of relays";
        findings.push(Diagnostic::error(title, place, "of the other kind").help(help));
    }

    fn is_known(&self, name: &str) -> bool {
        self.family(name).is_some() || self.users.contains_key(name)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let families = self.families.iter().map(|one| one.name);
        families.chain(self.users.keys().copied())
    }

    /// From a name to the family below, or to where it goes no further.
    fn walk(&self, name: &str) -> Chain<'a> {
        let mut chain = Chain::default();
        let mut next = name;
        loop {
            if let Some(family) = self.family(next) {
                chain.family = Some(family);
                chain.kind = Some(family.kind);
                return chain;
            }
            let user = self.users.get(next).copied();
            let seen = |user: &&RelayProfileSpec| {
                let mut before = chain.users.iter();
                before.any(|known| std::ptr::eq(*known, *user))
            };
            let Some(user) = user.filter(|user| !seen(user)) else {
                chain.broken = true;
                return chain;
            };
            chain.users.push(user);
            let own = kinds(&user.values);
            chain.kind = chain.kind.or(own.first().map(|known| known.0));
            let Some(base) = &user.base else {
                return chain;
            };
            next = &base.value;
        }
    }

    /// What a name means; tells one that means nothing. `None` with a fault, told here or before.
    pub fn chain(
        &self,
        name: &At<String>,
        spec: &ScenarioSpec,
        findings: &mut Findings,
    ) -> Option<Chain<'a>> {
        if self.is_known(&name.value) {
            // What a broken chain lacks would be told in vain.
            return Some(self.walk(&name.value)).filter(|chain| !chain.broken);
        }
        let place = spec.place(&name.span);
        tell_unknown("relay profile", name, self.names(), place, findings);
        None
    }

    /// The names of profiles of a kind, for a help line; `None`: there is none.
    pub fn of_kind(&self, kind: ProfileKind) -> Option<String> {
        let of = |name: &&str| self.walk(name).kind == Some(kind);
        let names: Vec<&str> = self.names().filter(of).take(8).collect();
        let what = in_words(kind);
        (!names.is_empty()).then(|| format!("profiles for {what}: {}", names.join(", ")))
    }
}
