//! The tables of the TPC-H benchmark.

use std::collections::HashSet;

use tokio_postgres::Client;
use tpchgen::csv::{CustomerCsv, LineItemCsv, NationCsv, OrderCsv, PartCsv, PartSuppCsv, RegionCsv, SupplierCsv};
use tpchgen::distribution::Distributions;
use tpchgen::generators::{
    CustomerGenerator, LineItemGenerator, NationGenerator, OrderGenerator, PartGenerator, PartSuppGenerator,
    RegionGenerator, SupplierGenerator,
};
use tpchgen::text::TextPool;

use super::copy;
use crate::SandboxError;

/// The size of the text comments are cut from, in bytes. The benchmark's own is 300 MiB, which takes a second and as
/// much memory to make; with this one only the words of the comments differ from the benchmark's.
const TEXT: i32 = 16 * 1024 * 1024;

/// Creates the schema `tpch` and in it the eight tables of TPC-H at a scale factor (0.01 makes 15,000 orders with
/// 60,175 line items; 1 makes a gigabyte), with the benchmark's column types and primary keys. The same scale makes
/// the same rows every time: the benchmark's own, but for the words of the comments.
///
/// Returns each table's name, qualified, with its number of rows, in the order they were loaded. Below scale 0.01
/// there are too few suppliers for the benchmark's four to a part, and `tpch.partsupp` has fewer rows accordingly.
///
/// # Errors
///
/// [`SandboxError::Scale`] when the scale is not from 0.001 to 100; [`SandboxError::Load`] when the database refuses,
/// for example because the tables exist already. Tables made before the failure remain, unless the caller has a
/// transaction open.
pub async fn load_tpch(client: &Client, scale: f64) -> Result<Vec<(String, u64)>, SandboxError> {
    if !(0.001..=100.0).contains(&scale) {
        return Err(SandboxError::Scale { scale });
    }
    client
        .batch_execute(include_str!("tpch.sql"))
        .await
        .map_err(SandboxError::load("create the TPC-H sample tables in the schema tpch"))?;

    let words = Distributions::static_default();
    let text = &TextPool::new(TEXT, words);
    let regions = RegionGenerator::new_with_distributions_and_text_pool(words, text);
    let nations = NationGenerator::new_with_distributions_and_text_pool(words, text);
    let suppliers = SupplierGenerator::new_with_distributions_and_text_pool(scale, 1, 1, words, text);
    let parts = PartGenerator::new_with_distributions_and_text_pool(scale, 1, 1, words, text);
    let offers = PartSuppGenerator::new_with_text_pool(scale, 1, 1, text);
    let customers = CustomerGenerator::new_with_distributions_and_text_pool(scale, 1, 1, words, text);
    let orders = OrderGenerator::new_with_distributions_and_text_pool(scale, 1, 1, words, text);
    let items = LineItemGenerator::new_with_distributions_and_text_pool(scale, 1, 1, words, text);

    // With few suppliers the generator names some of them twice for one part.
    let mut offered = HashSet::new();
    let mut part = 0;
    let offers = offers.iter().filter(move |offer| {
        if offer.ps_partkey != part {
            part = offer.ps_partkey;
            offered.clear();
        }
        offered.insert(offer.ps_suppkey)
    });

    let mut loaded = Vec::new();
    let mut note = |table: &str, rows: u64| loaded.push((table.to_owned(), rows));
    note("tpch.region", copy::load(client, "tpch.region", regions.iter().map(RegionCsv::new)).await?);
    note("tpch.nation", copy::load(client, "tpch.nation", nations.iter().map(NationCsv::new)).await?);
    note("tpch.supplier", copy::load(client, "tpch.supplier", suppliers.iter().map(SupplierCsv::new)).await?);
    note("tpch.part", copy::load(client, "tpch.part", parts.iter().map(PartCsv::new)).await?);
    note("tpch.partsupp", copy::load(client, "tpch.partsupp", offers.map(PartSuppCsv::new)).await?);
    note("tpch.customer", copy::load(client, "tpch.customer", customers.iter().map(CustomerCsv::new)).await?);
    note("tpch.orders", copy::load(client, "tpch.orders", orders.iter().map(OrderCsv::new)).await?);
    note("tpch.lineitem", copy::load(client, "tpch.lineitem", items.iter().map(LineItemCsv::new)).await?);
    Ok(loaded)
}
