//! Values: what the functions in masks and row rules make of them, on the compute nodes.

use sha2::{Digest, Sha256};

use super::{Expect, Probe, administrator, probe};

/// An expression of the row of Ann, and what must come out.
fn value(name: &'static str, why: &'static str, expression: &str, expected: &str) -> Probe {
    let sql = format!("SELECT {expression} FROM {{d}}.people AS t WHERE t.id = 1");
    probe(name, why, vec![administrator(&sql).row(&[expected])])
}

/// As the procedure `sample` makes it.
const SAMPLE: &str = "SELECT r.place, r.value, r.counted, r.total FROM (SELECT g.place, g.value, g.counted, \
    SUM(g.counted) OVER (PARTITION BY g.place) AS total, \
    ROW_NUMBER() OVER (PARTITION BY g.place ORDER BY g.counted DESC, g.value) AS turn FROM (\
    SELECT x.place, x.value, COUNT(*) AS counted FROM (SELECT k.place, CASE k.place \
    WHEN 1 THEN LEFT(CAST(t.\"id\" AS VARCHAR(65535)), 256) WHEN 2 THEN LEFT(CAST(t.\"name\" AS VARCHAR(65535)), 256) END AS value FROM (\
    SELECT t.\"id\", t.\"name\" FROM {d}.people AS t LIMIT 10) AS t CROSS JOIN (SELECT 1 AS place UNION ALL SELECT 2) AS k) AS x \
    GROUP BY x.place, x.value) AS g) AS r WHERE r.turn <= 1000 OR r.value IS NULL ORDER BY 1, 2";

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

pub(super) fn probes() -> Vec<Probe> {
    let round = "CASE WHEN 1 = 1 THEN CAST(t.amount - MOD(t.amount, 10) - CASE WHEN MOD(t.amount, 10) < 0 THEN 10 ELSE 0 END AS DECIMAL(12,2)) END";
    let in_utc = "INSERT INTO {d}.clock (id, at) SELECT {id}, TIMEZONE('UTC', CAST(GETDATE() AS TIMESTAMPTZ)) FROM {d}.people AS t WHERE t.id = 1";
    vec![
        value(
            "pattern-in-a-column",
            "what may be sampled is recorded as patterns",
            "CASE WHEN 'a_n' LIKE REPLACE(t.name, 'nn', '@_%') ESCAPE '@' THEN 'x' ELSE 'y' END",
            "x",
        ),
        probe(
            "shape-of-a-sample",
            "a sample has every column of each row, by the number of the column, counted and cut",
            vec![administrator(SAMPLE).rows(&[&["1", "1", "1", "2"], &["1", "2", "1", "2"], &["2", "ann", "1", "2"], &["2", "bob", "1", "2"]])],
        ),
        value(
            "every-match-is-replaced",
            "`regex` masks replace all that matches",
            "REGEXP_REPLACE(t.name || '1', '[a-z]', 'x')",
            "xxx1",
        ),
        value(
            "hash-of-characters-beyond-ascii",
            "hashes are those of the bytes in UTF-8, the same on every engine",
            "SHA2(t.name || 'ä€😀', 256)",
            &hash("annä€😀"),
        ),
        value(
            "hash-of-a-padded-text",
            "blanks at the end of a CHAR are not part of its value",
            "SHA2('salt' || RTRIM(CAST(t.code AS VARCHAR(5))), 256)",
            &hash("saltx"),
        ),
        value(
            "numbers-of-a-hash",
            "draws are made of the hexadecimal digits of a hash",
            "STRTOL(SUBSTRING(SHA2(t.name, 256), 1, 8), 16)",
            &u32::from_str_radix(hash("ann").get(..8).unwrap_or_default(), 16).unwrap_or_default().to_string(),
        ),
        value(
            "code-points",
            "`format_preserving` tells characters beyond ASCII by their number",
            "CASE WHEN ASCII(SUBSTRING(t.name || 'é', 4, 1)) > 127 THEN 'beyond' ELSE 'within' END",
            "beyond",
        ),
        value(
            "backslash-by-its-number",
            "no backslash is written into a text, for it would escape what follows",
            "t.name || CHR(92) || '''' || LENGTH(CHR(92))",
            "ann\\'1",
        ),
        value("parts-of-a-text", "the columns of a view are handed over as one text", "SPLIT_PART(t.name || CHR(10) || 'b', CHR(10), 2) || SPLIT_PART(t.name, CHR(10), 2) || '.'", "b."),
        probe(
            "exact-rounding",
            "`round` goes down to the bucket in exact arithmetic, below zero, too",
            vec![
                administrator(&format!("SELECT {round} FROM {{d}}.people AS t ORDER BY t.id"))
                    .rows(&[&["10.00"], &["-20.00"]]),
            ],
        ),
        value(
            "decimals-of-noise",
            "noise is a product of decimals, rounded to the scale of the column",
            "CAST(ROUND(CAST(5 - 8 AS DECIMAL(12,0)) * 0.333333333333, 2) AS DECIMAL(32,2))",
            "-1.00",
        ),
        probe("time-in-any-zone", "a right that has expired does not come back in another time zone of a session", {
            let into = |id: &str| administrator(&in_utc.replace("{id}", id));
            vec![
                administrator("CREATE TABLE {d}.clock (id INTEGER, at TIMESTAMP)"),
                administrator("SET timezone TO 'UTC'"),
                into("1"),
                administrator("SET timezone TO 'Asia/Tokyo'"),
                into("2"),
                administrator("SET timezone TO 'America/New_York'"),
                into("3"),
                administrator("SELECT CASE WHEN DATEDIFF(second, MIN(c.at), MAX(c.at)) < 300 THEN 'one time' ELSE 'several' END FROM {d}.clock AS c")
                    .row(&["one time"]),
            ]
        }),
        probe(
            "zone-of-the-clock",
            "whether GETDATE() itself follows the time zone of a session (to be known; views hold either way)",
            vec![
                administrator("SET timezone TO 'Asia/Tokyo'"),
                administrator(
                    "SELECT CASE WHEN GETDATE() = TIMEZONE('UTC', CAST(GETDATE() AS TIMESTAMPTZ)) THEN 'in UTC' ELSE 'in the session''s zone' END \
                     FROM {d}.people AS t WHERE t.id = 1",
                )
                .expect(Expect::Told),
            ],
        ),
    ]
}
