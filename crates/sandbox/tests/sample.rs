//! Sample data arrives whole and the same every time.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its own functions")]

use scrim_sandbox::{Cluster, Options, SandboxError, load_hr, load_tpch};
use tokio_postgres::{Client, NoTls};

async fn start() -> (Cluster, Client) {
    let cluster = Cluster::start(&Options::default()).unwrap();
    let (client, connection) = tokio_postgres::connect(&cluster.admin_url("postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    (cluster, client)
}

async fn text(client: &Client, query: &str) -> String {
    client.query_one(&format!("SELECT ({query})::text"), &[]).await.unwrap().get(0)
}

fn can_be_spawned<T: Send>(future: T) -> T {
    future
}

#[tokio::test]
async fn tpch_has_the_benchmarks_rows() {
    let (_cluster, client) = start().await;
    let began = std::time::Instant::now();
    let loaded = can_be_spawned(load_tpch(&client, 0.01)).await.unwrap();
    println!("TPC-H at scale 0.01 loaded in {:?}", began.elapsed());
    let expected = [
        ("tpch.region", 5),
        ("tpch.nation", 25),
        ("tpch.supplier", 100),
        ("tpch.part", 2000),
        ("tpch.partsupp", 8000),
        ("tpch.customer", 1500),
        ("tpch.orders", 15000),
        ("tpch.lineitem", 60175),
    ];
    assert_eq!(loaded, expected.map(|(table, rows)| (table.to_owned(), rows)));
    for (table, rows) in expected {
        assert_eq!(text(&client, &format!("SELECT count(*) FROM {table}")).await, rows.to_string(), "{table}");
    }
    for (sum, expected) in [
        ("SELECT sum(l_quantity) FROM tpch.lineitem", "1536127.00"),
        ("SELECT sum(o_totalprice) FROM tpch.orders", "2127396830.02"),
        ("SELECT sum(c_acctbal) FROM tpch.customer", "6681865.59"),
        ("SELECT sum(ps_availqty) FROM tpch.partsupp", "40079419"),
        ("SELECT min(o_orderdate) || ' ' || max(o_orderdate) FROM tpch.orders", "1992-01-01 1998-08-02"),
        (
            "SELECT count(*) FROM tpch.orders LEFT JOIN tpch.customer ON o_custkey = c_custkey WHERE c_custkey IS NULL",
            "0",
        ),
        (
            "SELECT count(*) FROM tpch.orders JOIN (SELECT l_orderkey, sum(l_extendedprice * (1 + l_tax) * (1 - l_discount)) \
             AS total FROM tpch.lineitem GROUP BY 1) items ON o_orderkey = l_orderkey WHERE abs(o_totalprice - total) < 1",
            "15000",
        ),
        (
            "SELECT count(*) FROM tpch.lineitem LEFT JOIN tpch.partsupp \
             ON l_partkey = ps_partkey AND l_suppkey = ps_suppkey WHERE ps_partkey IS NULL",
            "0",
        ),
    ] {
        assert_eq!(text(&client, sum).await, expected, "{sum}");
    }
}

#[tokio::test]
async fn tpch_can_be_small_and_scales_out_of_range_are_refused() {
    let (_cluster, client) = start().await;
    for scale in [0.0, -1.0, f64::NAN, 0.0001, 1000.0] {
        let error = load_tpch(&client, scale).await.unwrap_err();
        assert!(matches!(error, SandboxError::Scale { .. }), "{error}");
    }
    let loaded = load_tpch(&client, 0.001).await.unwrap();
    assert!(loaded.contains(&("tpch.customer".to_owned(), 150)), "{loaded:?}");
    let error = load_tpch(&client, 0.001).await.unwrap_err().to_string();
    assert!(error.contains("relation \"region\" already exists"), "{error}");
}

#[tokio::test]
async fn hr_has_people_of_every_kind() {
    let (_cluster, client) = start().await;
    let began = std::time::Instant::now();
    assert_eq!(can_be_spawned(load_hr(&client)).await.unwrap(), 200);
    println!("employees loaded in {:?}", began.elapsed());
    for (query, expected) in [
        ("SELECT count(*) FROM hr.employees", "200"),
        ("SELECT string_agg(DISTINCT country, ' ' ORDER BY country) FROM hr.employees", "BR CA DE FR GB IN JP US"),
        ("SELECT count(DISTINCT department) FROM hr.employees", "5"),
        ("SELECT count(*) FROM hr.employees m WHERE manager NOT IN (SELECT name FROM hr.employees)", "0"),
        ("SELECT count(*) FROM hr.employees WHERE ssn IS NOT NULL AND length(ssn) < 9", "0"),
        ("SELECT count(*) FROM hr.employees WHERE hired_at < birth_date + interval '20 years'", "0"),
        ("SELECT notes FROM hr.employees WHERE notes LIKE 'Shared%' LIMIT 1", "Shared drive: \\\\files\\hr\\reviews"),
        ("SELECT sum(salary) FROM hr.employees", "22623964.40"),
        ("SELECT md5(string_agg(e::text, '|' ORDER BY id)) FROM hr.employees e", "3f9921de0f116e51a55afcc1c7e376f4"),
    ] {
        assert_eq!(text(&client, query).await, expected, "{query}");
    }
    let columns = "email ssn salary birth_date country department manager phone notes hired_at terminated";
    for column in columns.split(' ') {
        let nulls = format!("SELECT count(*) BETWEEN 1 AND 190 FROM hr.employees WHERE {column} IS NULL");
        assert_eq!(text(&client, &nulls).await, "true", "{column}");
    }
}
