//! Users, groups, projects and grants.

use std::collections::{HashMap, HashSet};

use super::Checker;
use crate::documents::{Access, Acknowledged, Engine, External, Owner, WarehouseUser};
use crate::{At, Kind, Name, Problem};

pub(super) fn users(checker: &mut Checker<'_>) {
    let catalog = checker.catalog;
    let mut ids = HashSet::new();
    for user in catalog.users.values() {
        if let Some(id) = repeated(user.external.as_ref(), &mut ids) {
            let message = format!("another user has the id `{id}` of `{}` too", user.name);
            checker.error(&user.file, &user.name, message, "an id is of one user: remove it from `external`");
        }
    }
    for user in catalog.users.values() {
        for group in &user.groups {
            checker.group(&user.file, group);
        }
        for (key, values) in &user.attributes {
            values.0.iter().for_each(|value| checker.attribute_value(&user.file, key, value));
        }
        if let Some(WarehouseUser::By(logins)) = &user.warehouse_user {
            for integration in logins.keys() {
                checker.document(&user.file, &[Kind::Integration], integration, &catalog.integrations);
            }
        }
        if let Some(project) = &user.current_project {
            checker.document(&user.file, &[Kind::Project], project, &catalog.projects);
            if let Some(found) = catalog.projects.get(project.value())
                && !found.members.iter().any(|m| m.user.value() == user.name.value())
            {
                let message = format!("`{}` is not a member of the project `{project}`", user.name);
                checker.error(&user.file, project, message, "add the user to its `members`");
            }
        }
    }
    for integration in catalog.integrations.values() {
        let mut logins: HashMap<String, &Name> = HashMap::with_capacity(catalog.users.len());
        for user in catalog.users.values() {
            let Some(login) = user.login(&integration.name) else { continue };
            let scanner = integration.scanner_role();
            let own = [integration.user.as_str(), integration.owner_role.as_str(), &scanner, "public"];
            let redshift = integration.engine == Engine::Redshift && login.eq_ignore_ascii_case("rdsdb");
            let prefixed = login.get(..3).is_some_and(|prefix| prefix.eq_ignore_ascii_case("pg_"));
            if redshift || prefixed || own.iter().any(|name| name.eq_ignore_ascii_case(&login)) {
                let message = format!(
                    "the warehouse user `{login}` of `{}` is a system role of `{}`",
                    user.name, integration.name
                );
                checker.error(&user.file, &user.name, message, "people log in as themselves");
            }
            if let Some(other) = logins.insert(login.to_lowercase(), user.name.value()) {
                let message = format!(
                    "`{}` and `{other}` are the same warehouse user `{login}` in `{}`",
                    user.name, integration.name
                );
                checker.error(
                    &user.file,
                    &user.name,
                    message,
                    "each person needs a login of their own; set `warehouse_user`",
                );
            }
        }
    }
}

/// The id by which provisioning knows it, when another one has it.
fn repeated<'a>(external: Option<&'a External>, seen: &mut HashSet<&'a Name>) -> Option<&'a Name> {
    let id = external?.id.as_ref()?;
    (!seen.insert(id)).then_some(id)
}

pub(super) fn groups(checker: &mut Checker<'_>) {
    let mut ids = HashSet::new();
    for group in checker.catalog.groups.values() {
        if let Some(id) = repeated(group.external.as_ref(), &mut ids) {
            let message = format!("another group has the id `{id}` of `{}` too", group.name);
            checker.error(&group.file, &group.name, message, "an id is of one group: remove it from `external`");
        }
    }
    for group in checker.catalog.groups.values() {
        for (key, values) in &group.attributes {
            values.0.iter().for_each(|value| checker.attribute_value(&group.file, key, value));
        }
    }
}

pub(super) fn projects(checker: &mut Checker<'_>) {
    let catalog = checker.catalog;
    for project in catalog.projects.values() {
        let file = &project.file;
        for purpose in &project.purposes {
            checker.document(file, &[Kind::Purpose], purpose, &catalog.purposes);
        }
        for request in &project.requested_purposes {
            checker.document(file, &[Kind::Purpose], &request.purpose, &catalog.purposes);
        }
        for refused in &project.refused_purposes {
            checker.document(file, &[Kind::Purpose], &refused.purpose, &catalog.purposes);
        }
        for source in &project.data_sources {
            checker.data_source(file, source);
        }
        for owner in &project.owners {
            match owner {
                Owner::User(name) => checker.user(file, name),
                Owner::Group(name) => checker.group(file, name),
            }
        }
        if let Access::Conditions(conditions) = &project.access {
            super::policies::access(checker, file, conditions);
            if !conditions.reads().is_empty() {
                let message = "a project has no tags to compare its members with".to_owned();
                checker.error(file, &project.name, message, "use `group` or `attribute`");
            }
        }
        let mut seen: HashSet<&Name> = HashSet::new();
        for member in &project.members {
            checker.user(file, &member.user);
            if !seen.insert(member.user.value()) {
                let message = format!("`{}` is a member twice", member.user);
                checker.error(file, &member.user, message, "remove one of the two");
            }
            if let Acknowledged::Purposes(purposes) = &member.acknowledged {
                let known: Vec<&Name> = project.purposes.iter().map(At::value).collect();
                purposes.iter().for_each(|purpose| checker.among(file, "purpose of this project", purpose, &known));
            }
        }
    }
}

pub(super) fn grants(checker: &mut Checker<'_>) {
    for grant in checker.catalog.grants.values() {
        checker.data_source(&grant.file, &grant.data_source);
        match (&grant.user, &grant.group) {
            (Some(user), None) => checker.user(&grant.file, user),
            (None, Some(group)) => checker.group(&grant.file, group),
            _ => {
                let message = format!("the grant `{}` needs exactly one of `user` and `group`", grant.name);
                checker.problems.push(Problem::error(&grant.file, grant.mark, message));
            }
        }
    }
}

pub(super) fn subscriptions(checker: &mut Checker<'_>) {
    let catalog = checker.catalog;
    let mut seen: HashMap<(&Name, &Name), &Name> = HashMap::new();
    for subscription in catalog.subscriptions.values() {
        let file = &subscription.file;
        checker.user(file, &subscription.user);
        checker.data_source(file, &subscription.data_source);
        for approval in &subscription.approvals {
            super::policies::approver(checker, file, &approval.role);
        }
        let whose = (subscription.user.value(), subscription.data_source.value());
        if let Some(other) = seen.insert(whose, subscription.name.value()) {
            let message =
                format!("`{}` and `{other}` subscribe the same user to the same data source", subscription.name);
            checker.error(file, &subscription.name, message, "remove one of the two");
        }
    }
}

pub(super) fn unmask_requests(checker: &mut Checker<'_>) {
    for request in checker.catalog.unmask_requests.values() {
        checker.user(&request.file, &request.user);
        checker.data_source(&request.file, &request.data_source);
    }
}
