//! The console in a real browser: what people come for, from an empty service on, each step by what is on the pages, and
//! what comes of it seen in the warehouse. Then every page: nothing complains, and no page is wider than a telephone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod browser;
mod company;
mod service;

use std::path::PathBuf;

use browser::{Browser, driver};
use company::{ADMIN, Company, PASSWORD};
use reqwest::Method;
use serde_json::json;

const WIDE: (u32, u32) = (1280, 900);
const NARROW: (u32, u32) = (390, 844);

/// A row that `helen` may see of the table, with her eyes.
const SSN: &str = "SELECT ssn FROM governed.employees WHERE ssn IS NOT NULL";

#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_signs_in() {
    let Some(driver) = driver() else { return };
    let data = tempfile::tempdir().unwrap();
    let service = service::Service::start(data.path(), &[("SCRIM_SESSION_SECURE_COOKIES", "false")]);
    let browser = Browser::start(&driver, WIDE, false).await;
    browser.open(&service.url).await;
    browser.reads("The first administrator").await;
    let token = std::fs::read_to_string(data.path().join("setup-token")).unwrap();
    browser.fill("[name=setup_token]", token.trim()).await;
    browser.fill("[name=user]", "root").await;
    browser.fill("[name=password]", PASSWORD).await;
    browser.press("Make the account").await;
    browser.reads("Home").await;
    // A fresh service says what to do first.
    browser.reads("Connect a warehouse").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_lives_in_it() {
    let Some(driver) = driver() else { return };
    let company = Company::start().await;
    let browser = Browser::start(&driver, WIDE, false).await;
    let console = Console { company: &company, browser: &browser };
    console.install_and_register().await;
    console.write_a_policy_and_read_its_impact().await;
    console.ask_approve_query_and_expire().await;
    console.switch_the_project().await;
    console.find_why_there_is_a_mask().await;
    console.find_drift_and_repair_it().await;
    console.every_page().await;
}

struct Console<'a> {
    company: &'a Company,
    browser: &'a Browser,
}

impl Console<'_> {
    async fn sign_in(&self, user: &str) {
        self.browser.sign_out().await;
        self.browser.sign_in(&self.company.service.url, user, PASSWORD).await;
    }

    async fn open(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.company.service.url)).await;
    }

    /// The administrator connects the warehouse, has the service install itself, and registers tables of it.
    async fn install_and_register(&self) {
        let (browser, company) = (self.browser, self.company);
        self.sign_in(ADMIN).await;
        browser.press("Integrations").await;
        browser.press("Connect a warehouse").await;
        browser.fill("[name=name]", "warehouse").await;
        browser.choose("[name=engine]", "postgresql").await;
        browser.fill("[name=host]", company.cluster.host()).await;
        browser.fill("[name=port]", &company.cluster.port().to_string()).await;
        browser.fill("[name=database]", "postgres").await;
        browser.choose("[name=tls]", "disable").await;
        browser.fill("[name=user]", "scrim_system").await;
        browser.choose("[name=password_in]", "file").await;
        browser.fill("[name=password_at]", &company.password_file.display().to_string()).await;
        browser.fill("[name=schema]", "governed").await;
        browser.press("Go on to the installation").await;
        let administrator = company.cluster.admin_url("postgres");
        browser.fill("[name=admin_url]", &administrator).await;
        browser.press("Install").await;
        browser.reads("It is installed.").await;
        browser.press("Check it").await;
        browser.fill("[name=admin_url]", &administrator).await;
        browser.press("Check").await;
        browser.reads("What was found").await;
        for (schema, tables) in [("hr", &["hr.employees"][..]), ("tpch", &["tpch.customer", "tpch.orders"])] {
            self.open(&format!("/register/warehouse/tables?schema={schema}")).await;
            for table in tables {
                browser.click(&format!("input[name=table][value=\"{table}\"]")).await;
            }
            browser.fill("[name=owners]", "olga").await;
            browser.fill("[name=tags]", &schema.to_uppercase()).await;
            browser.press("Register the ticked tables").await;
            browser.reads("What comes next").await;
        }
        // Whoever administers the warehouse lets Scrim read them.
        browser.press("install again").await;
        browser.fill("[name=admin_url]", &administrator).await;
        browser.press("Install").await;
        browser.reads("It is installed.").await;
        self.open("/data-sources").await;
        browser.reads("employees").await;
        // Tags are what policies go by.
        let tagged = ["hr.employees/columns/ssn/tags/PII.SSN", "hr.employees/columns/country/tags/Geo.Country"];
        for path in tagged {
            company.call(Method::PUT, &format!("/api/v1/data-sources/{path}"), &json!(null)).await;
        }
        assert!(company.ask("helen", SSN).await.is_ok_and(|rows| rows.is_empty()), "nobody may read it yet");
    }

    /// Who governs writes who may read, and what they see; reads what it means; and the warehouse has it.
    async fn write_a_policy_and_read_its_impact(&self) {
        let (browser, company) = (self.browser, self.company);
        self.sign_in("gina").await;
        self.open("/policies").await;
        browser.press("New subscription policy").await;
        browser.write("textarea[name=yaml]", "kind: subscription-policy\nname: staff-reads\nwhere: { source_tag: HR }\naccess: { conditions: { group: staff } }\n").await;
        browser.reads("Lets in members of group").await;
        browser.press("Review").await;
        browser.reads("Save and activate").await;
        browser.press("Save and activate").await;
        browser.reads("staff-reads").await;
        company.sees("helen", SSN, |rows| rows.iter().any(|row| row[0].as_deref().unwrap().len() == 11)).await;
        self.open("/policies/new?kind=data-policy").await;
        browser.write("textarea[name=yaml]", "kind: data-policy\nname: identity-numbers\nwhere: { column_tag: PII.SSN }\nrules:\n- mask: { columns: { tag: PII.SSN }, with: { constant: \"hidden\" } }\n  except: { group: managers }\n  because: Only managers need them.\n").await;
        browser.reads("Mask columns tagged").await;
        // A session that ends meanwhile takes nothing along.
        browser.sign_out().await;
        browser.press("Review").await;
        browser.reads("you are not signed in any more").await;
        assert!(browser.complaints().await.iter().all(|one| one.contains("status of 401")));
        browser.press("Sign in on another page").await;
        browser.beside(browser.sign_in_here("gina", PASSWORD)).await;
        // What it means, for whom: before anything is saved.
        browser.reads("employees").await;
        browser.reads("ssn").await;
        assert!(company.ask("helen", SSN).await.unwrap().iter().any(|row| row[0].as_deref() != Some("hidden")));
        self.picture("policy-review").await;
        browser.press("Save and activate").await;
        browser.reads("identity-numbers").await;
        company
            .sees("helen", SSN, |rows| !rows.is_empty() && rows.iter().all(|row| row[0].as_deref() == Some("hidden")))
            .await;
    }

    /// An analyst asks, the owner says yes for a while, the analyst reads, and then does not any more.
    async fn ask_approve_query_and_expire(&self) {
        const CUSTOMERS: &str = "SELECT count(*) FROM governed.customer";
        let (browser, company) = (self.browser, self.company);
        let asking = json!({ "documents": [{
            "kind": "subscription-policy", "name": "by-request", "where": { "source_tag": "TPCH" },
            "access": { "approval": ["OWNER"] }, "discoverable": true
        }] });
        company.call(Method::POST, "/api/v1/apply", &asking).await;
        self.sign_in("helen").await;
        browser.press("My data").await;
        browser.fill("input[aria-label=\"Why you need tpch.customer\"]", "a report on markets").await;
        browser.click("form[action=\"/data-sources/tpch.customer/subscribe\"] button").await;
        browser.reads("You asked for tpch.customer. It waits for OWNER.").await;
        company.sees("helen", CUSTOMERS, |rows| rows[0][0].as_deref() == Some("0")).await;
        self.sign_in("olga").await;
        browser.press("Requests").await;
        browser.reads("a report on markets").await;
        browser.click("input[name=request]").await;
        // Enter, beside whatever field, decides nothing; and nothing is lost.
        browser.fill("input[name=reason]", "not now\u{e007}").await;
        browser.reads("neither a yes nor a no").await;
        assert!(browser.complaints().await.iter().all(|one| one.contains("status of 400")));
        let end = chrono::Utc::now() + chrono::TimeDelta::seconds(15);
        browser.set("input[name=expires]", &end.format("%Y-%m-%dT%H:%M:%S").to_string()).await;
        browser.press("Approve the ticked").await;
        browser.reads("approved").await;
        company.sees("helen", CUSTOMERS, |rows| rows[0][0].as_deref() == Some("150")).await;
        company.sees("helen", CUSTOMERS, |rows| rows[0][0].as_deref() == Some("0")).await;
        assert!(chrono::Utc::now() >= end - chrono::TimeDelta::seconds(1), "it ended too early");
    }

    /// Somebody acts under a project, by the bar at the top, and sees rows that need its purpose.
    async fn switch_the_project(&self) {
        const ORDERS: &str = "SELECT count(*) FROM governed.orders";
        let (browser, company) = (self.browser, self.company);
        let project = json!({ "documents": [
            { "kind": "subscription-policy", "name": "staff-orders", "where": { "data_source": "tpch.orders" },
              "access": { "conditions": { "group": "staff" } }, "combine": "shared" },
            { "kind": "data-policy", "name": "orders-for-fraud", "where": { "data_source": "tpch.orders" },
              "rules": [{ "rows": "never", "except": { "purpose": "Fraud" } }] },
            { "kind": "project", "name": "hunt", "purposes": ["Fraud"], "owners": ["olga"], "access": "individuals",
              "data_sources": ["tpch.orders"], "members": [{ "user": "felix" }] },
            { "kind": "grant", "name": "felix-orders", "user": "felix", "data_source": "tpch.orders" },
        ] });
        company.call(Method::POST, "/api/v1/apply", &project).await;
        self.sign_in("felix").await;
        company.sees("felix", ORDERS, |rows| rows[0][0].as_deref() == Some("0")).await;
        self.open("/projects/hunt").await;
        browser.reads("I look for fraud only.").await;
        browser.click("form[action=\"/projects/hunt/acknowledge\"] input[type=checkbox]").await;
        browser.click("form[action=\"/projects/hunt/acknowledge\"] button").await;
        browser.reads("You have acknowledged Fraud.").await;
        browser.choose("select[name=project]", "hunt").await;
        browser.reads("You act under the project hunt now.").await;
        company.sees("felix", ORDERS, |rows| rows[0][0].as_deref() == Some("1500")).await;
        browser.choose("select[name=project]", "").await;
        browser.reads("You act under no project now.").await;
        company.sees("felix", ORDERS, |rows| rows[0][0].as_deref() == Some("0")).await;
    }

    /// Somebody who sees a mask finds out which policy it is of, and what it takes.
    async fn find_why_there_is_a_mask(&self) {
        let browser = self.browser;
        self.sign_in("helen").await;
        browser.press("My data").await;
        browser.click("a[href^=\"/data-sources/hr.employees/why\"]").await;
        browser.reads("identity-numbers").await;
        browser.reads("Only managers need them.").await;
        browser.reads("in group managers").await;
        self.picture("why").await;
    }

    /// Somebody changes the warehouse by hand; the administrator finds it, and has it repaired.
    async fn find_drift_and_repair_it(&self) {
        let (browser, company) = (self.browser, self.company);
        company.admin.batch_execute("GRANT UPDATE ON governed.employees TO felix").await.unwrap();
        self.sign_in(ADMIN).await;
        self.open("/integrations/warehouse/drift").await;
        browser.press("Look for drift").await;
        browser.reads("felix has UPDATE").await;
        self.picture("drift").await;
        browser.press("Repair").await;
        browser.reads("A push is asked for").await;
        let updates = "SELECT has_table_privilege('felix', 'governed.employees', 'UPDATE')";
        company.sees("olga", updates, |rows| rows[0][0].as_deref() == Some("f")).await;
        self.open("/integrations/warehouse/drift").await;
        browser.press("Look for drift").await;
        browser.reads("No drift").await;
    }

    /// Every page there is, wide and light, narrow and dark.
    async fn every_page(&self) {
        let (browser, company) = (self.browser, self.company);
        let more = json!({ "documents": [
            { "kind": "webhook", "name": "hook", "url": "https://example.com/hook" },
            { "kind": "identifier", "name": "badge", "tag": "PII.Badge", "column_name": "badge" },
        ] });
        company.call(Method::POST, "/api/v1/apply", &more).await;
        let addresses = scrim_console::addresses();
        let pages: Vec<String> =
            addresses.iter().filter(|(method, _)| *method == Method::GET).map(|(_, path)| filled(path)).collect();
        assert!(pages.len() > 50, "{pages:#?}");
        assert_eq!(browser.complaints().await, Vec::<String>::new());
        let mut wrong = vec![];
        for (size, dark) in [(WIDE, false), (NARROW, true)] {
            browser.size(size, dark).await;
            for page in &pages {
                self.open(page).await;
                let heading = browser.heading().await;
                for complaint in browser.complaints().await {
                    wrong.push(format!("{page}: {complaint}"));
                }
                if browser.is_too_wide().await {
                    wrong.push(format!("{page}: wider than {}", size.0));
                }
                if heading.is_none() && !page.ends_with("/now") && !page.starts_with("/suggest") {
                    wrong.push(format!("{page}: has no heading"));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        browser.size(WIDE, false).await;
        let pictured = [
            ("/", "home"),
            ("/data-sources", "data-sources"),
            ("/data-sources/hr.employees/policy", "data-source"),
            ("/policies/data-policy/identity-numbers/edit", "policy-editor"),
            ("/people/users/helen", "user"),
            ("/integrations/warehouse", "integration"),
            ("/audit", "audit"),
        ];
        for (page, name) in pictured {
            self.open(page).await;
            self.picture(name).await;
        }
        browser.size(WIDE, true).await;
        self.open("/data-sources/hr.employees/why?user=helen").await;
        self.picture("why-dark").await;
        browser.size(NARROW, false).await;
        self.open("/data-sources/hr.employees").await;
        self.picture("narrow").await;
    }

    /// Takes a picture of a page: below `target`, or where `SCRIM_PICTURES` says; those of the README are made so.
    async fn picture(&self, name: &str) {
        let directory = std::env::var_os("SCRIM_PICTURES").map(PathBuf::from);
        let directory = directory.unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("console"));
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join(format!("{name}.png")), self.browser.picture().await).unwrap();
    }
}

/// A path with names that there are.
fn filled(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    let named = |at: usize| match (parts[at], at.checked_sub(1).map_or("", |before| parts[before])) {
        ("{kind}", _) => "data-policy",
        ("{name}", "{kind}") => "identity-numbers",
        ("{name}", "data-sources") => "hr.employees",
        ("{name}", "register" | "integrations") => "warehouse",
        ("{name}", "identifiers") => "badge",
        ("{name}", "users") => "helen",
        ("{name}", "groups") => "staff",
        ("{name}", "attributes") => "country",
        ("{name}", "projects") => "hunt",
        ("{name}", "purposes") => "Fraud",
        ("{name}", "webhooks") => "hook",
        (part, _) => part,
    };
    let path = (0..parts.len()).map(named).collect::<Vec<_>>().join("/");
    let query = match path.as_str() {
        "/register/warehouse/tables" => "?schema=hr",
        "/policies/data-policy/identity-numbers/compare" => "?from=1&to=1",
        "/suggest" => "?kind=users&user=h",
        "/data-sources/hr.employees/why" | "/data-sources/hr.employees/see-as" => "?user=helen",
        "/policies/new" => "?kind=data-policy",
        "/policies/data-policy/identity-numbers/sync" => "?sequence=1",
        _ => "",
    };
    assert!(!path.contains('{'), "what stands for the name in {path}?");
    path + query
}
