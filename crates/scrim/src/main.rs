//! `scrim`: the command line. One file per command; exit codes 0 (done), 1 (refused or differs), 2 (usage).

mod client;
mod commands;
mod demo;
mod failure;
mod files;
mod report;
mod service;

use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Policy-push data access control for Amazon Redshift and PostgreSQL.
#[derive(Parser)]
#[command(name = "scrim", version, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    /// How results are printed.
    #[arg(long, global = true, value_enum, default_value_t = Output::Text)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For people.
    Text,
    /// For programs.
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Show policies at work in a private PostgreSQL with sample data.
    Demo(commands::demo::Arguments),
    /// Validate a directory of policy files, offline.
    Check(commands::check::Arguments),
    /// Print the SQL of the views, offline.
    Compile(commands::compile::Arguments),
    /// Tell why a user sees what they see of a data source, or who sees what of it.
    Explain(commands::explain::Arguments),
    /// Tell what the change from one directory of policy files to another means for people.
    Impact(commands::impact::Arguments),
    /// Run the policy tests of a directory.
    Test(commands::test::Arguments),
    /// Install into a warehouse.
    Integration(commands::integration::Arguments),
    /// Bring a warehouse to what the policy files say.
    Push(commands::push::Arguments),
    /// Count again what `k_anonymous` masks ask for, where tables changed.
    Refresh(commands::refresh::Arguments),
    /// Find the value of a token of a `reversible` mask, for somebody who asked and was allowed.
    Unmask(commands::unmask::Arguments),
    /// Look for sensitive data in the tables of a warehouse, and propose tags.
    Discover(commands::discover::Arguments),
    /// Tell how a warehouse differs from what the policy files say.
    Drift(commands::drift::Arguments),
    /// Run the service: API, sign-in, keeping warehouses at what its catalog says.
    Serve(commands::serve::Arguments),
    /// Copy the metadata database of the service to a file, while it runs.
    Backup(commands::backup::Arguments),
    /// Seal the secrets of the metadata database with a new key.
    RotateKey(commands::rotate_key::Arguments),
    /// Examine or search the audit trail.
    Audit(commands::audit::Arguments),
    /// Tell what applying a directory of policy files to a service would change, and who gains or loses what.
    Plan(commands::plan::Arguments),
    /// Bring a service to what a directory of policy files says.
    Apply(commands::apply::Arguments),
    /// Write what a service has as policy files.
    Export(commands::export::Arguments),
    /// Tell how a service and its warehouses stand.
    Status(commands::status::Arguments),
    /// Print the JSON Schema of policy files, for editors.
    Schema,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match arguments.command {
        Command::Demo(demo) => commands::demo::run(&demo, arguments.output),
        Command::Check(check) => commands::check::run(&check, arguments.output),
        Command::Compile(compile) => commands::compile::run(&compile, arguments.output),
        Command::Explain(explain) => commands::explain::run(&explain, arguments.output),
        Command::Impact(impact) => commands::impact::run(&impact, arguments.output),
        Command::Refresh(refresh) => commands::refresh::run(&refresh, arguments.output),
        Command::Unmask(unmask) => commands::unmask::run(&unmask, arguments.output),
        Command::Test(test) => commands::test::run(&test, arguments.output),
        Command::Integration(integration) => commands::integration::run(&integration, arguments.output),
        Command::Push(push) => commands::push::run(&push, arguments.output),
        Command::Discover(discover) => commands::discover::run(&discover, arguments.output),
        Command::Drift(drift) => commands::drift::run(&drift, arguments.output),
        Command::Serve(serve) => commands::serve::run(&serve),
        Command::Backup(backup) => commands::backup::run(&backup, arguments.output),
        Command::RotateKey(rotate) => commands::rotate_key::run(&rotate, arguments.output),
        Command::Audit(audit) => commands::audit::run(&audit, arguments.output),
        Command::Plan(plan) => commands::plan::run(&plan, arguments.output),
        Command::Apply(apply) => commands::apply::run(&apply, arguments.output),
        Command::Export(export) => commands::export::run(&export, arguments.output),
        Command::Status(status) => commands::status::run(&status, arguments.output),
        Command::Schema => commands::schema::run(),
    };
    match done {
        Ok(code) => code,
        Err(failure) => failure.print(arguments.output),
    }
}

/// Where the commands that talk to a warehouse wait for it.
fn runtime() -> Result<tokio::runtime::Runtime, failure::Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// What TLS is done with, by whatever has no choice of its own.
fn crypto() {
    // Where it was chosen already, it is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
}
