//! A table of invented employees, with everything people want masked.

use tokio_postgres::Client;

use super::{copy, employee};
use crate::SandboxError;

const TABLE: &str = "
    CREATE SCHEMA IF NOT EXISTS hr;
    CREATE TABLE hr.employees (
        id integer PRIMARY KEY,
        name varchar(80),
        email varchar(120),
        ssn varchar(11),
        salary numeric(12, 2),
        birth_date date,
        country char(2),
        department varchar(40),
        manager varchar(60),
        phone varchar(24),
        notes text,
        hired_at timestamp,
        terminated boolean
    )";

/// Creates the schema `hr` and in it the table `employees` with 200 invented people, the same every time: names with
/// apostrophes and accents, eight countries, five departments, identity numbers of the forms their countries use (of
/// ranges never issued, where there are such), and NULLs in every column but `id` and `name`. Returns the number of
/// rows.
///
/// # Errors
///
/// [`SandboxError::Load`] when the database refuses, for example because the table exists already.
pub async fn load_hr(client: &Client) -> Result<u64, SandboxError> {
    client.batch_execute(TABLE).await.map_err(SandboxError::load("create the sample table hr.employees"))?;
    copy::load(client, "hr.employees", employee::staff().iter()).await
}
