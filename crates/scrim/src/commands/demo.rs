//! `scrim demo`: policies at work in a PostgreSQL of its own.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Instant;

use chrono::Utc;
use scrim_catalog::Catalog;
use scrim_catalog::documents::Integration;
use scrim_sandbox::{Cluster, Options, load_hr, load_tpch};
use scrim_sql::system;
use scrim_warehouse::Warehouse;
use secrecy::SecretString;
use tokio_postgres::Client;

use crate::demo::check::{Known, same};
use crate::demo::place::Place;
use crate::demo::{people, tour};
use crate::failure::Failure;
use crate::{Output, files, runtime};

/// The scale of the TPC-H tables: 150 customers, 1,500 orders, 6,000 items.
const SCALE: f64 = 0.001;
/// The width that is assumed where there is no terminal.
const WIDTH: u16 = 160;

/// What `demo` is given.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Compare everything that is shown, and every table for every person, with the reference evaluator.
    #[arg(long)]
    check: bool,
    /// Leave the PostgreSQL and the policy files there, to go on with.
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
    let demo = Demo { cluster: &cluster, place: &place, catalog: &catalog, integration };
    let outcome = runtime()?.block_on(async {
        let admin = demo.prepare(&mut out).await?;
        let known = demo.known(&admin).await?;
        let mut outcome = demo.tour(&known, &mut out).await?;
        if arguments.check {
            demo.check(&known, &mut outcome, &mut out).await?;
        }
        Ok::<Outcome, Failure>(outcome)
    })?;
    demo.hints(arguments.keep, &mut out)?;
    if arguments.keep {
        place.keep();
        cluster.keep();
    } else if std::io::stdin().is_terminal() && std::io::stdout().is_terminal() {
        write!(out, "\nPress Enter to stop the PostgreSQL and remove everything. ")?;
        out.flush()?;
        std::io::stdin().read_line(&mut String::new())?;
    }
    writeln!(out, "Done in {:.1} s.", started.elapsed().as_secs_f64())?;
    if output == Output::Json {
        writeln!(anstream::stdout(), "{}", serde_json::to_string_pretty(&outcome)?)?;
    }
    Ok(ExitCode::from(u8::from(arguments.check && outcome.different > 0)))
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
}

impl Demo<'_> {
    /// Loads the data, makes the logins, installs and pushes.
    async fn prepare(&self, out: &mut impl Write) -> Result<Client, Failure> {
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
        let url = SecretString::from(self.cluster.admin_url("postgres"));
        scrim_warehouse::install(self.integration, &system::tables(self.catalog, self.integration), &url).await?;
        let mut warehouse = Warehouse::connect(self.integration).await?;
        let options = scrim_sync::Options::default();
        let report = scrim_sync::push(&mut warehouse, self.catalog, self.integration, &options, Utc::now()).await?;
        for failed in &report.failed {
            writeln!(out, "error: {}: {}", failed.data_source, failed.reason)?;
        }
        writeln!(
            out,
            "{} policies for {} people became {} views and {} profiles.\n",
            self.catalog.subscription_policies.len() + self.catalog.data_policies.len(),
            self.catalog.users.len(),
            report.views.created,
            report.profiles.written
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
        let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| width.0);
        let mut outcome = Outcome::default();
        for stop in &tour::STOPS {
            let Some((_, table)) = known.iter().find(|(name, _)| name == stop.source) else { continue };
            let query = stop.query(&table.view);
            writeln!(out, "{}\n\n  {query}\n", stop.title)?;
            let (mut panels, mut sentences) = (vec![], vec![]);
            for person in stop.people {
                let user = files::named(&self.catalog.users, "user", person)?;
                let source = files::named(&self.catalog.data_sources, "data source", stop.source)?;
                let client = people::connect(self.cluster, person, &self.place.password).await?;
                let answer = people::rows(&client, &query).await?;
                let now = Utc::now();
                let expected = table.expected(self.catalog, user, person, now);
                panels.push(stop.panel(person, &answer, expected.len()));
                sentences.push(stop.why(self.catalog, user, source, now)?);
                outcome.shown += 1;
                outcome.different += usize::from(table.values(stop.columns, answer)? != table.shown(stop, expected));
            }
            writeln!(out, "{}", tour::beside(&panels, usize::from(width)))?;
            for sentence in sentences {
                writeln!(out, "  {sentence}")?;
            }
            writeln!(out)?;
        }
        Ok(outcome)
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
        if keep || std::io::stdin().is_terminal() {
            writeln!(out, "Go on as any of them ({people}):")?;
        } else {
            writeln!(out, "All this is removed now. With `--keep` it stays, and you go on as any of them ({people}):")?;
        }
        for person in ["helen", "sabine"] {
            writeln!(
                out,
                "  PGPASSFILE={} psql -h {host} -p {port} -U {person} postgres",
                self.place.pgpass().display()
            )?;
        }
        writeln!(out, "What a person may read:  SELECT * FROM {}.user_tables;", self.integration.system_schema())?;
        let scrim = std::env::current_exe()?;
        writeln!(out, "Change a policy and push it:\n  {} push {}", scrim.display(), self.place.catalog().display())?;
        if keep {
            let data = self.cluster.directory().join("data");
            let stop = self.cluster.bin_dir().join("pg_ctl");
            writeln!(
                out,
                "Stop it, as the owner of {0} (`ls -ld {0}`), and remove it:",
                self.cluster.directory().display()
            )?;
            writeln!(out, "  {} stop -m fast -D {}", stop.display(), data.display())?;
            let own = self.place.catalog();
            let own = own.parent().unwrap_or(&own);
            writeln!(out, "  rm -r {} {}", self.cluster.directory().display(), own.display())?;
        }
        Ok(())
    }
}
