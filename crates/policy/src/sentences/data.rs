//! Data policies: what readers see.

use scrim_catalog::{At, Branches, Columns, DataPolicy, Mask, Rule, RuleBody, Who};

use super::people::{exception, people};
use super::phrase::{list, quoted};
use super::places::{columns, sources};
use super::{masks, rows, status, window};

/// A data policy: which data sources it covers, a sentence for each rule, and what holds of all of them.
pub fn data_policy(policy: &DataPolicy) -> Vec<String> {
    let form = &policy.form;
    let local = form.scope.local().is_some();
    let mut told = vec![format!("Covers {}.", sources(&form.scope))];
    told.extend(policy.rules.iter().map(|one| rule(one, local)));
    if form.priority != 0 {
        told.push(format!("Among masks of equal strength and depth it has the priority {}.", form.priority));
    }
    let marks = [
        (form.yields, "Its masks step back where a mask selected by a deeper tag covers the same cell."),
        (form.revealable, "Reveal rules may lift its masks."),
        (form.owners_may_disable, "Owners may switch it off for their data source."),
    ];
    told.extend(marks.into_iter().filter(|(holds, _)| *holds).map(|(_, sentence)| sentence.to_owned()));
    told.extend(window(form.valid.as_ref()));
    told.extend(status(form.status).map(str::to_owned));
    told
}

/// One rule of a data policy; `local`: of one that is written for one data source.
pub fn rule(rule: &Rule, local: bool) -> String {
    let told = match &rule.body {
        RuleBody::Mask { columns, when, masks } => mask(columns, when.as_ref(), masks),
        RuleBody::Rows(branches) => rows::rule(branches),
        RuleBody::Purpose { any, except } => {
            let purposes = list(any.iter().map(|purpose| purpose.as_str()), "or");
            let except = except.as_ref().map_or_else(String::new, |who| format!(", except to {}", exception(who)));
            format!("Show no rows to anyone who does not act for purpose {purposes}{except}")
        }
        RuleBody::Reveal { columns: selected, only } => {
            let which =
                if local { "masks of local policies that may be revealed" } else { "masks that may be revealed" };
            format!("Lift {which} from {}, for {}", columns(selected), people(only))
        }
    };
    match &rule.because {
        Some(because) => format!("{told}. Because: {}.", quoted(because.trim_end_matches('.'))),
        None => format!("{told}."),
    }
}

fn mask(selected: &Columns, when: Option<&At<String>>, masks: &Branches<Option<Mask>>) -> String {
    let selected = columns(selected);
    let with = |mask: &Option<Mask>| match mask {
        Some(mask) => masks::mask(mask),
        None => "no mask by this rule".to_owned(),
    };
    let told = match (masks.cases.as_slice(), &masks.otherwise) {
        ([], Some(mask)) => format!("Mask {selected} with {} everyone", apart(mask)),
        ([], None) => format!("Mask {selected} for nobody"),
        ([(except, None)], Some(mask)) => {
            format!("Mask {selected} with {} everyone except {}", apart(mask), exception(except))
        }
        ([(only, Some(mask))], None) => {
            format!("Mask {selected} with {} {}, and for nobody else", apart(mask), people(only))
        }
        (cases, otherwise) => {
            let case = |(who, mask): &(Who, Option<Mask>)| format!("for {}: {}", people(who), with(mask));
            let cases: Vec<String> = cases.iter().map(case).collect();
            format!(
                "Mask {selected}, of these the first that fits, {}; for everyone else: {}",
                cases.join("; "),
                with(otherwise)
            )
        }
    };
    match when {
        Some(text) => format!("{told}, in rows where {} is not certainly false", quoted(text)),
        None => told,
    }
}

/// A mask, and the `for` behind it: what has parts of its own is set apart from whom it is for.
fn apart(mask: &Mask) -> String {
    let told = masks::mask(mask);
    let comma = if told.contains([',', '`']) || [" in ", " for ", " where "].iter().any(|word| told.contains(word)) {
        ","
    } else {
        ""
    };
    format!("{told}{comma} for")
}
