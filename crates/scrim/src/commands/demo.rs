//! `scrim demo`: a service of its own, and its policies at work in a PostgreSQL of its own.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Instant;

use chrono::Utc;
use scrim_catalog::documents::Integration;
use scrim_catalog::{Catalog, Change, Kind};
use scrim_sandbox::{Cluster, Options, load_hr, load_tpch};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;
use tokio_postgres::Client;

use crate::client::documents::{Done, documents};
use crate::commands::apply::enforced;
use crate::demo::check::{Known, same};
use crate::demo::place::Place;
use crate::demo::service::Service;
use crate::demo::{people, tour};
use crate::failure::Failure;
use crate::{Output, files, runtime};

/// The scale of the TPC-H tables: 150 customers, 1,500 orders, 6,000 items.
const SCALE: f64 = 0.001;
/// How many seconds are waited for the warehouse.
const LONGEST: u64 = 120;
/// The width that is assumed where there is no terminal.
const WIDTH: u16 = 160;

/// What `demo` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Compare everything that is shown, and every table for every person, with the reference evaluator.
    #[arg(long)]
    check: bool,
    /// Leave the PostgreSQL, the service and the policy files there, to go on with.
    #[arg(long)]
    keep: bool,
}

/// Runs the demo.
pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    // For programs the tour goes to standard error, and the outcome alone to standard output.
    let mut out: Box<dyn Write> = match output {
        Output::Text => Box::new(anstream::stdout()),
        Output::Json => Box::new(anstream::stderr()),
    };
    let cluster = Cluster::start(&Options::default())?;
    writeln!(out, "A private PostgreSQL listens on {}:{}.", cluster.host(), cluster.port())?;
    let place = Place::create(&cluster)?;
    let catalog = files::catalog(&place.catalog(), output)?;
    let integration = files::integration(&catalog, None)?;
    let runtime = runtime()?;
    let service = runtime.block_on(Service::start(&place))?;
    writeln!(out, "A service with a metadata database of its own listens on {}.", service.url)?;
    let demo = Demo { cluster: &cluster, place: &place, catalog: &catalog, integration, service: &service };
    let outcome = runtime.block_on(async {
        let admin = demo.prepare(output, &mut out).await?;
        let known = demo.known(&admin).await?;
        let mut outcome = demo.tour(&known, &mut out).await?;
        demo.change(&known, &mut outcome, &mut out).await?;
        if arguments.check {
            demo.check(&known, &mut outcome, &mut out).await?;
        }
        if stays(arguments.keep) {
            for person in catalog.users.keys() {
                service.let_in(person, &place.password).await?;
            }
        }
        Ok::<Outcome, Failure>(outcome)
    })?;
    demo.hints(arguments.keep, &mut out)?;
    if arguments.keep {
        service.leave();
        place.keep();
        cluster.keep();
    } else if stays(false) {
        write!(out, "\nPress Enter to stop both and remove everything. ")?;
        out.flush()?;
        std::io::stdin().read_line(&mut String::new())?;
    }
    writeln!(out, "Done in {:.1} s.", started.elapsed().as_secs_f64())?;
    if output == Output::Json {
        writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(&outcome)?)?;
    }
    Ok(ExitCode::from(u8::from(arguments.check && outcome.different > 0)))
}

/// Whether it is there to go on with: kept, or until somebody presses Enter.
fn stays(keep: bool) -> bool {
    keep || std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// What was shown and compared with the reference evaluator.
#[derive(Default, serde::Serialize)]
struct Outcome {
    /// Results of the tour.
    shown: usize,
    /// Views, each as each person.
    compared: usize,
    /// Cells of these.
    cells: usize,
    /// Results and views that are not what they should be.
    different: usize,
}

struct Demo<'a> {
    cluster: &'a Cluster,
    place: &'a Place,
    catalog: &'a Catalog,
    integration: &'a Integration,
    service: &'a Service,
}

/// What a person saw, and why.
struct Seen {
    panel: Vec<String>,
    why: String,
}

/// Shows what was seen, and below it why.
fn side_by_side(seen: Vec<Seen>, out: &mut impl Write) -> Result<(), Failure> {
    let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0);
    let (panels, reasons): (Vec<_>, Vec<_>) = seen.into_iter().map(|seen| (seen.panel, seen.why)).unzip();
    writeln!(out, "{}", tour::beside(&panels, usize::from(width)))?;
    for why in reasons {
        writeln!(out, "  {why}")?;
    }
    Ok(writeln!(out)?)
}

/// How the service stands with a warehouse.
#[derive(Deserialize)]
struct Standing {
    data_sources: Vec<SourceStanding>,
}

/// As [`Standing`], with a data source.
#[derive(Deserialize)]
struct SourceStanding {
    name: String,
    state: String,
    reason: Option<String>,
}

impl Demo<'_> {
    /// Loads the data, makes the logins, and has the service install itself and take in the documents.
    async fn prepare(&self, output: Output, out: &mut impl Write) -> Result<Client, Failure> {
        let admin = people::connect(self.cluster, self.cluster.superuser(), self.cluster.password()).await?;
        let tables = load_tpch(&admin, SCALE).await?;
        let staff = load_hr(&admin).await?;
        let rows: u64 = tables.iter().map(|(_, rows)| rows).sum::<u64>() + staff;
        writeln!(out, "{} tables hold {rows} rows of TPC-H and invented employees.", tables.len() + 1)?;
        for user in self.catalog.users.values() {
            if let Some(login) = user.login(&self.integration.name) {
                people::hire(&admin, login.as_str(), &self.place.password).await?;
            }
        }
        let begun = Instant::now();
        let client = &self.service.client;
        let documents = documents(&files::read(&self.place.catalog())?, output)?;
        let applied: Done = client.post("/api/v1/apply", &json!({ "documents": documents })).await?;
        let installation = format!("/api/v1/integrations/{}", self.integration.name);
        let url = self.cluster.admin_url("postgres");
        client.post::<IgnoredAny>(&format!("{installation}/install"), &json!({ "admin_url": url })).await?;
        enforced(client, applied.sequence, LONGEST).await?;
        let standing: Standing = client.get(&format!("{installation}/sync"), &[]).await?;
        let (good, other): (Vec<_>, Vec<_>) = standing.data_sources.iter().partition(|one| one.state == "in_sync");
        for failed in other {
            writeln!(
                out,
                "error: {} is {}: {}",
                failed.name,
                failed.state,
                failed.reason.as_deref().unwrap_or_default()
            )?;
        }
        writeln!(
            out,
            "The service took in {} documents: {} policies for {} people became {} views and their profiles, in {:.1} s.\n",
            applied.changes.len(),
            self.catalog.subscription_policies.len() + self.catalog.data_policies.len(),
            self.catalog.users.len(),
            good.len(),
            begun.elapsed().as_secs_f64()
        )?;
        Ok(admin)
    }

    async fn known(&self, admin: &Client) -> Result<Vec<(String, Known)>, Failure> {
        let mut known = Vec::new();
        for (name, source) in &self.catalog.data_sources {
            known.push((name.to_string(), Known::read(admin, self.catalog, self.integration, source).await?));
        }
        Ok(known)
    }

    /// Shows each query as three people.
    async fn tour(&self, known: &[(String, Known)], out: &mut impl Write) -> Result<Outcome, Failure> {
        let mut outcome = Outcome::default();
        for stop in &tour::STOPS {
            let Some((_, table)) = known.iter().find(|(name, _)| name == stop.source) else { continue };
            writeln!(out, "{}\n\n  {}\n", stop.title, stop.query(&table.view))?;
            let mut seen = Vec::new();
            for person in stop.people {
                seen.push(self.ask(stop, table, self.catalog, person, &mut outcome).await?);
            }
            side_by_side(seen, out)?;
        }
        Ok(outcome)
    }

    /// Asks a query as a person, and compares the answer with what the evaluator says of this catalog.
    async fn ask(
        &self,
        stop: &tour::Stop,
        table: &Known,
        catalog: &Catalog,
        person: &str,
        outcome: &mut Outcome,
    ) -> Result<Seen, Failure> {
        let user = files::named(&catalog.users, "user", person)?;
        let source = files::named(&catalog.data_sources, "data source", stop.source)?;
        let client = people::connect(self.cluster, person, &self.place.password).await?;
        let answer = people::rows(&client, &stop.query(&table.view)).await?;
        let now = Utc::now();
        let expected = table.expected(catalog, user, person, now);
        let panel = stop.panel(person, &answer, expected.len());
        outcome.shown += 1;
        outcome.different += usize::from(table.values(stop.columns, answer)? != table.shown(stop, expected));
        Ok(Seen { panel, why: stop.why(catalog, user, source, now)? })
    }

    /// Changes something through the service, and shows when the warehouse has it.
    async fn change(
        &self,
        known: &[(String, Known)],
        outcome: &mut Outcome,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        let tour::Addition { stop, attribute, value } = &tour::ADDITION;
        let [person] = stop.people else { return Ok(()) };
        let Some((_, table)) = known.iter().find(|(name, _)| name == stop.source) else { return Ok(()) };
        let mut before = self.ask(stop, table, self.catalog, person, outcome).await?;
        let client = &self.service.client;
        let path = format!("/api/v1/users/{person}/attributes/{attribute}/{value}");
        writeln!(out, "{}\n\n  PUT {path}\n", stop.title)?;
        let begun = Instant::now();
        let added: Done = client.put(&path).await?;
        enforced(client, added.sequence, LONGEST).await?;
        let taken = begun.elapsed();
        let document = client.get(&format!("/api/v1/users/{person}"), &[]).await?;
        let user = scrim_catalog::from_json(Kind::User, person, &document)
            .map_err(|problem| Failure::Invalid(vec![problem]))?;
        let catalog = self.catalog.apply(vec![Change::Put(user)]).map_err(Failure::Invalid)?.catalog;
        let mut after = self.ask(stop, table, &catalog, person, outcome).await?;
        before.panel.splice(..1, [format!("{person}, before")]);
        after.panel.splice(..1, [format!("{person}, after")]);
        side_by_side(vec![before, after], out)?;
        writeln!(out, "  The warehouse had it {} ms after the call began.\n", taken.as_millis())?;
        let removed: Done = client.delete(&path).await?;
        enforced(client, removed.sequence, LONGEST).await?;
        Ok(())
    }

    /// Compares every table for every person with the reference evaluator.
    async fn check(
        &self,
        known: &[(String, Known)],
        outcome: &mut Outcome,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        for user in self.catalog.users.values() {
            let Some(login) = user.login(&self.integration.name) else { continue };
            let client = people::connect(self.cluster, login.as_str(), &self.place.password).await?;
            for (name, table) in known {
                let found = people::rows(&client, &table.everything()).await?;
                let found = table.values(&table.columns(), found)?;
                let expected = table.expected(self.catalog, user, login.as_str(), Utc::now());
                outcome.compared += 1;
                outcome.cells += found.iter().map(Vec::len).sum::<usize>();
                let (seen, due) = (found.len(), expected.len());
                if !same(found, expected) {
                    outcome.different += 1;
                    writeln!(out, "DIFFERENT: {name} as {login}: {seen} rows seen, {due} expected")?;
                }
            }
        }
        let Outcome { shown, compared, cells, different } = &*outcome;
        let (people, tables) = (self.catalog.users.len(), known.len());
        writeln!(
            out,
            "check: {shown} results of the tour and {compared} views ({people} people, {tables} tables, {cells} cells) compared \
             with the reference evaluator: {}\n",
            if *different == 0 {
                "all as they should be".to_owned()
            } else {
                format!("{different} are not what they should be")
            }
        )?;
        Ok(())
    }

    /// How to go on.
    fn hints(&self, keep: bool, out: &mut impl Write) -> Result<(), Failure> {
        let (host, port) = (self.cluster.host(), self.cluster.port());
        let people: Vec<&str> = self.catalog.users.keys().map(|name| name.as_str()).collect();
        let people = people.join(", ");
        if !stays(keep) {
            writeln!(
                out,
                "All this is removed now. `scrim demo --keep` leaves it there, and says how to go on as any of them ({people}), \
                 and with the service."
            )?;
            return Ok(());
        }
        writeln!(out, "The console: {}", self.service.url)?;
        writeln!(
            out,
            "  Sign in as admin (may everything), oscar (owns tables), helen (reads), or any of them ({people});\n  the password of all is in {}",
            self.place.password_file().display()
        )?;
        writeln!(out, "Query the warehouse as any of them, by the same password:")?;
        for person in ["helen", "sabine"] {
            writeln!(
                out,
                "  PGPASSFILE={} psql -h {host} -p {port} -U {person} postgres",
                self.place.pgpass().display()
            )?;
        }
        writeln!(out, "What a person may read:  SELECT * FROM {}.user_tables;", self.integration.system_schema())?;
        let scrim = std::env::current_exe()?;
        writeln!(
            out,
            "Change a policy, and have the service take it in:\n  SCRIM_URL={} SCRIM_TOKEN_FILE={} {} apply --wait {}",
            self.service.url,
            self.place.token().display(),
            scrim.display(),
            self.place.catalog().display()
        )?;
        writeln!(out, "All that the service can be asked, as a page:\n  {}/api/v1/docs", self.service.url)?;
        if keep {
            let data = self.cluster.directory().join("data");
            let stop = self.cluster.bin_dir().join("pg_ctl");
            writeln!(
                out,
                "Stop the service, and the PostgreSQL as the owner of {0} (`ls -ld {0}`), and remove them:",
                self.cluster.directory().display()
            )?;
            if let Some(process) = self.service.process() {
                writeln!(out, "  kill {process}")?;
            }
            writeln!(out, "  {} stop -m fast -D {}", stop.display(), data.display())?;
            let own = self.place.catalog();
            let own = own.parent().unwrap_or(&own);
            writeln!(out, "  rm -r {} {}", self.cluster.directory().display(), own.display())?;
        }
        Ok(())
    }
}
