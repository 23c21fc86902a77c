//! What is refused, and why.

mod common;

use common::read;

/// Texts, and a part of the reason.
const REFUSED: &[(&str, &str)] = &[
    // Ways out of the expression.
    ("", "empty"),
    (" \n\t", "empty"),
    ("n = 1; drop table users", "`;`"),
    ("n = 1;", "`;`"),
    ("n = 1 -- and active", "comments"),
    ("n = 1 /* and active */", "comments"),
    ("n = 1 /* /* */", "cannot be read"),
    ("name = 'x", "cannot be read"),
    ("name = 'x\\'' or 1=1", "backslash"),
    ("name = '\\'", "backslash"),
    ("name = 'a\0b'", "NUL character"),
    ("name = $$x$$", "dollar"),
    ("name = $tag$x$tag$", "dollar"),
    ("name = $1", "parameters"),
    ("name = :x", "parameters"),
    ("name = ?", "not allowed"),
    ("name = E'x'", "prefix"),
    ("name = e'x'", "prefix"),
    ("name = U&'d!0061t' UESCAPE '!'", "prefix"),
    ("U&\"d0061ta\" = 'x'", "not allowed"),
    ("name = N'x'", "prefix"),
    ("name = B'101'", "prefix"),
    ("name = X'1F'", "prefix"),
    ("name = r'x'", "prefix"),
    ("name = _utf8'x'", "prefix"),
    ("name = _utf8 'x'", "prefix"),
    ("name = 'a' 'b'", "side by side"),
    ("name = 'a'\n'b'", "side by side"),
    ("name = “x”", "no column"),
    ("name = `x`", "not allowed"),
    ("n = 1 union select 1", "ends before"),
    ("n = 1 limit 1", "ends before"),
    ("n = 1, 2", "ends before"),
    ("n = 1)", "ends before"),
    ("(n = 1", "not an expression"),
    ("n = ", "not an expression"),
    ("n == 1", "`==`"),
    ("select true", "ends before"),
    ("with x as (select 1) select * from x", "ends before"),
    // Other tables.
    ("exists (select 1 from users)", "subqueries"),
    ("not exists (select 1 from users)", "subqueries"),
    ("n in (select id from users)", "subqueries"),
    ("n = (select 1)", "subqueries"),
    ("n = any (select 1)", "ANY and ALL"),
    ("n = any (array[1])", "arrays"),
    ("n = all ('{1}')", "ANY and ALL"),
    ("t.n = 1", "qualified"),
    ("public.t.n = 1", "qualified"),
    ("(t).n = 1", "qualified"),
    ("t.* is null", "not"),
    // Functions.
    ("pg_read_file('/etc/passwd') = 'x'", "`pg_read_file` is not allowed"),
    ("pg_sleep(10) is null", "`pg_sleep` is not allowed"),
    ("dblink('host=x', 'select 1') is null", "`dblink` is not allowed"),
    ("pg_catalog.lower(name) = 'x'", "without a schema"),
    ("\"lower\"(name) = 'x'", "without quotes"),
    ("generate_series(1, 10) = 1", "`generate_series` is not allowed"),
    ("unnest(name) = 'x'", "`unnest` is not allowed"),
    ("set_config('search_path', 'evil', false) = 'x'", "`set_config` is not allowed"),
    ("current_setting('x') = 'x'", "`current_setting` is not allowed"),
    ("query_to_xml('select 1', true, true, '') is null", "`query_to_xml` is not allowed"),
    ("lo_import('/etc/passwd') = 1", "`lo_import` is not allowed"),
    ("to_date(name, 'YYYY') = born", "`to_date` is not allowed"),
    ("random() < 0.5", "`random` is not allowed"),
    ("count(n) > 1", "`count` is not allowed"),
    ("count(*) > 1", "`count` is not allowed"),
    ("row_number() over () = 1", "`row_number` is not allowed"),
    ("lower(name) over () = 'x'", "OVER"),
    ("lower(name) filter (where active) = 'x'", "FILTER"),
    ("lower(distinct name) = 'x'", "DISTINCT"),
    ("lower(all name) = 'x'", "DISTINCT or ALL"),
    ("lower(name order by n) = 'x'", "in a call"),
    ("lower(*) = 'x'", "`*`"),
    ("lower(x => name) = 'x'", "named arguments"),
    ("lower(x := name) = 'x'", "named arguments"),
    ("lower(variadic name) = 'x'", "not an expression"),
    ("lower() = 'x'", "arguments"),
    ("lower(name, name) = 'x'", "arguments"),
    ("n div 2 = 1", "not allowed"),
    ("active xor active", "not allowed"),
    ("name regexp 'x'", "not"),
    ("lower((select 'x')) = 'x'", "subqueries"),
    ("lower(select 'x') = 'x'", "not"),
    ("lower(n) = 'x'", "a text is needed"),
    ("now() > seen", "`now` is not allowed"),
    ("current_timestamp > seen", "`current_timestamp` is not allowed"),
    ("localtime > seen", "`localtime` is not allowed"),
    ("current_date() > born", "without parentheses"),
    ("current_user = name", "`current_user` is not allowed"),
    ("user = name", "`user` is not allowed"),
    ("left(name, -1) = 'x'", "from 0 to 65535"),
    ("left(name, n) = 'x'", "from 0 to 65535"),
    ("right(name, 2147483648) = 'x'", "from 0 to 65535"),
    ("substring(name, 0, 2) = 'x'", "from 1 to 65535"),
    ("substring(name, 1.5) = 'x'", "from 1 to 65535"),
    ("substring(name from 'a.*') = 'x'", "from 1 to 65535"),
    ("substring(name for 2) = 'x'", "needs a start"),
    ("trim('x' from name) = 'x'", "blanks only"),
    ("ltrim(name, 'x') = 'x'", "arguments"),
    ("date_trunc('decade', seen) = seen", "DATE_TRUNC takes"),
    ("date_trunc(name, seen) = seen", "DATE_TRUNC takes"),
    ("date_trunc('day', name) = seen", "date or timestamp"),
    ("date_trunc('day', '2024-01-01') = seen", "date or timestamp"),
    ("extract(epoch from seen) = 1", "EXTRACT takes"),
    ("extract('year' from seen) = 1", "EXTRACT takes"),
    ("ceil(amount) = 1", "function"),
    ("convert(name using utf8) = 'x'", "not"),
    ("xmlparse(document name) is null", "not"),
    // What can fail on data.
    ("1/(n-5) = 1", "`/` is not allowed"),
    ("n + 1 = 2", "`+` is not allowed"),
    ("n - 1 = 2", "`-` is not allowed"),
    ("n * 2 = 2", "`*` is not allowed"),
    ("n % 2 = 0", "`%` is not allowed"),
    ("-n = 1", "`-` is not allowed"),
    ("+n = 1", "`+` is not allowed"),
    ("+1 = n", "`+` is not allowed"),
    ("- -1 = n", "`-` is not allowed"),
    ("n ^ 2 = 1", "not allowed"),
    ("n & 1 = 1", "not allowed"),
    ("n << 1 = 1", "not allowed"),
    ("|/ n = 1", "not allowed"),
    ("@ n = 1", "`@` must stand"),
    ("n! = 1", "not allowed"),
    ("name::int = 1", "only literals can be cast"),
    ("cast(name as date) = born", "only literals can be cast"),
    ("lower(name)::text = 'x'", "only literals can be cast"),
    ("('5')::int = n", "only literals can be cast"),
    ("'pg_class'::regclass = n", "casts to `REGCLASS` are not allowed"),
    ("cast('x' as regproc) is null", "`regproc` are not allowed"),
    ("'{}'::jsonb is null", "casts to jsonb"),
    ("'1 day'::interval is null", "casts to interval"),
    ("interval '1 day' is null", "intervals"),
    ("'x'::pg_catalog.text = name", "are not allowed"),
    ("try_cast('5' as int) = n", "cast"),
    ("1.5::int = n", "does not fit"),
    ("99999::smallint = n", "does not fit"),
    ("'abc'::varchar(2) = name", "does not fit"),
    ("1.234::numeric(4,2) = amount", "does not fit"),
    ("'a'::char(5) = code", "add blanks"),
    ("0.1::real = ratio", "change the number"),
    ("5::text = name", "casts from a number"),
    ("'x'::int = n", "is not a number"),
    ("date 5 = born", "single quotes"),
    ("date '2023-02-29' = born", "is not a date"),
    ("timestamp 'now' > seen", "is not a timestamp"),
    ("timestamp '2024-01-01 00:00+02' > seen", "no time zone"),
    ("time '10:00' is null", "casts to time"),
    ("n = 1e400", "written in full"),
    ("n = 1_000", "number"),
    ("n = 0x1F", "number"),
    ("n = 5.", "written in full"),
    ("n = 12345678901234567890123456789012345678901", "at most 38 digits"),
    // Types.
    ("n", "a condition is needed"),
    ("'true'", "a condition is needed"),
    ("null", "a condition is needed"),
    ("name and active", "a condition is needed"),
    ("not n", "a condition is needed"),
    ("n = 'abc'", "is not a number"),
    ("n = name", "cannot be compared"),
    ("name = 5", "cannot be compared"),
    ("born = 'abc'", "is not a date"),
    ("born = '2024-01-01 10:00'", "is not a date"),
    ("born = 20240101", "cannot be compared"),
    ("seen = 'yesterday'", "is not a timestamp"),
    ("seen > '2024-01-01 00:00+02'", "no time zone"),
    ("active = 1", "cannot be compared"),
    ("active = 'maybe'", "is not a boolean"),
    ("active > false", "no order"),
    ("active between false and true", "no order"),
    ("name || n = 'x'", "a text is needed"),
    ("doc = '{}'", "IS [NOT] NULL"),
    ("doc in ('{}')", "IS [NOT] NULL"),
    ("coalesce(doc, name) = 'x'", "IS [NOT] NULL"),
    ("@columnTagged('doc') = 'x'", "IS [NOT] NULL"),
    ("doc -> 'a' is null", "not allowed"),
    ("doc ->> 'a' = 'x'", "not allowed"),
    ("doc #>> '{a}' = 'x'", "not allowed"),
    ("doc @> '{}'", "not allowed"),
    ("doc ? 'a'", "not allowed"),
    ("doc['a'] is null", "arrays"),
    ("array[1] is null", "arrays"),
    ("name = null", "comparison with NULL"),
    ("null <> name", "comparison with NULL"),
    ("name = null::text", "comparison with NULL"),
    ("n between null and 5", "comparison with NULL"),
    ("null is null", "says nothing"),
    ("n not in (1, null)", "NULL in a list"),
    ("n in ()", ""),
    ("n in (1, id)", "takes literals"),
    ("n in (1, 'x')", "is not a number"),
    ("case when active then 1 else 'x' end = 1", "is not a number"),
    ("case when active then n else name end = 1", "differ in kind"),
    ("case when active then null end", "every result"),
    ("case when n then true end", "a condition"),
    ("coalesce() = 1", "at least one"),
    ("nullif(name, null) = 'x'", "comparison with NULL"),
    ("(n, id) = (1, 2)", "row values"),
    ("row(n, id) = row(1, 2)", "`row` is not allowed"),
    ("1 < n < 5", "in a row"),
    ("n = 1 = active", "in a row"),
    ("active = not active", "in a row"),
    // Patterns.
    ("name ilike 'x%'", "ILIKE"),
    ("name similar to 'x'", "regular expressions"),
    ("name ~ 'x'", "pattern operator"),
    ("name !~* 'x'", "pattern operator"),
    ("name ~~ 'x'", "pattern operator"),
    ("name like email", "must be a text in quotes"),
    ("name like 'x!%' escape '!'", "no ESCAPE"),
    ("name like any ('x')", "LIKE"),
    ("n like '1%'", "a text is needed"),
    ("name is distinct from 'x'", "IS DISTINCT FROM"),
    ("name collate \"C\" = 'x'", "COLLATE"),
    ("seen at time zone 'UTC' = seen", "AT TIME ZONE"),
    ("name is normalized", "not"),
    ("(born, born) overlaps (born, born)", ""),
    ("name operator(pg_catalog.=) 'x'", ""),
    // Names.
    ("nam = 'x'", "no column `nam`"),
    ("Mixed = 'x'", "no column `mixed`"),
    ("\"NAME\" = 'x'", "no column `NAME`"),
    ("ctid is null", "no column `ctid`"),
    ("xmin is null", "no column `xmin`"),
    ("tableoid = 1", "no column `tableoid`"),
    ("__scrim_at_username = 'x'", "reserved"),
    ("\"__scrim_at_username\" = 'x'", "reserved"),
    ("__SCRIM_AT_isingroups('hr')", "reserved"),
    ("@column = 'x'", "no `@column`"),
    ("@nobody = 'x'", "no `@nobody`"),
    ("@@username = 'x'", "not allowed"),
    ("@'x' = 'x'", "`@` must stand"),
    ("@\"username\" = 'x'", "without quotes"),
    ("@username() = 'x'", "arguments"),
    ("@isInGroups", "needs arguments"),
    ("@isInGroups()", "arguments"),
    ("@isInGroups('HR')", "no group `HR`"),
    ("@isInGroups('hr', 'nobody')", "no group `nobody`"),
    ("@isInGroups(name)", "single quotes"),
    ("@isInGroups(' hr')", "blank"),
    ("@hasAttribute('regoin', 'EU')", "no attribute `regoin`"),
    ("@hasAttribute('region', name)", "single quotes"),
    ("@hasAttribute('region')", "arguments"),
    ("@isUsingPurpose('fun')", "no purpose `fun`"),
    ("@attributeValuesContains('regions', name)", "no attribute `regions`"),
    ("@attributeValuesContains('region', n)", "a text is needed"),
    ("@groupsContains(n)", "a text is needed"),
    ("@purposesContains(null)", "a text is needed"),
    ("@columnTagged('none') = 'x'", "no column is tagged"),
    ("@columnTagged('pii') = 'x'", "`email`, `name`"),
    ("@columnTagged('gone') = 'x'", "no column `dropped`"),
    ("@columnTagged(name) = 'x'", "single quotes"),
    ("@columnReference('Name') = 'x'", "no column `Name`"),
    ("@isInGroups('hr') over ()", "OVER"),
    ("x.@username = 'x'", "not"),
];

#[test]
fn refused_texts_say_why() {
    assert!(REFUSED.len() >= 80);
    let mut wrong = Vec::new();
    for (text, reason) in REFUSED {
        match read(text) {
            Ok(tree) => wrong.push(format!("{text}\n    was read as {tree:?}")),
            Err(refused) if !refused.message.contains(reason) || refused.line == 0 || refused.column == 0 => {
                wrong.push(format!("{text}\n    wanted {reason}, got {refused:?}"));
            }
            Err(refused) => assert!(!format!("{refused:?}").contains("__scrim_at_") || text.contains('_'), "{text}"),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn places_and_help_are_given() {
    let place = |text: &str| read(text).map_err(|r| (r.line, r.column)).unwrap_err();
    assert_eq!(place("n = 1 and\n  nam = 'x'"), (2, 3));
    assert_eq!(place("active and\n\n lower(n) = 'x'"), (3, 8));
    assert_eq!(place("name = 'é' and name = '\\'"), (1, 24));
    assert_eq!(place("active and @isInGroups('hr', 'x')"), (1, 30));
    let help = |text: &str| read(text).unwrap_err().help.unwrap_or_default();
    assert!(help("nam = 'x'").contains("`name`"));
    assert!(help("mixed = 'x'").contains("\"Mixed\""));
    assert!(help("lowr(name) = 'x'").contains("`lower`"));
    assert!(help("jsonb_path_exists_tz(doc)").contains("allowed are `lower`"));
    assert!(help("now() > seen").contains("newer_than"));
    assert!(help("name ilike 'x'").contains("LOWER"));
    assert!(help("name = null").contains("IS NULL"));
    assert!(help("@isInGroups('HR')").contains("`hr`"));
    assert!(help("@isInGroup('hr')").contains("@isInGroups"));
    assert!(help("select n = 1").contains("without SELECT"));
    assert!(help("name=@@username").contains("blank") || help("name=@@username").is_empty());
}

const STACK: usize = 1024 * 1024;

/// Runs on a small stack, as a worker thread would.
fn on_small_stack(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap();
}

#[test]
fn deep_and_long_texts_do_not_overflow() {
    on_small_stack(|| {
        let deep = |open: &str, close: &str, n: usize| format!("{}active{}", open.repeat(n), close.repeat(n));
        for (open, close) in [
            ("(", ")"),
            ("not ", ""),
            ("coalesce(", ")"),
            ("case when active then ", " end"),
            ("case ", ""),
            ("-", ""),
            ("- ", ""),
            ("lower(", ")"),
            ("cast(", " as text)"),
            ("", "::text"),
            ("", " is null"),
            ("", " is true"),
            ("", " = active"),
            ("", " and active"),
            ("", " or active"),
            ("", " || name"),
            ("(", " and active)"),
            ("active and (", ")"),
            ("", ".x"),
            ("", " between n and n"),
            ("", " collate x"),
            ("", " in (1)"),
            ("interval ", ""),
            ("date ", ""),
            ("case active when ", ""),
            ("extract(year from ", ")"),
            ("n + ", ""),
            ("@x(", ")"),
            ("exists (select ", ")"),
            ("not exists (", ")"),
            ("n in (", ")"),
            ("if(current_time(", ")"),
            ("case-", ""),
            ("substring(", ")"),
        ] {
            for n in [30, 60, 64, 65, 100, 500, 1490, 16_384 / (open.len() + close.len()) - 8] {
                let started = std::time::Instant::now();
                let _ = read(&deep(open, close, n));
                assert!(started.elapsed().as_secs() < 5, "{open}…{close} {n}");
            }
        }
    });
}

#[test]
fn limits() {
    on_small_stack(|| {
        let nested = |n: usize| format!("{}active{}", "(".repeat(n), ")".repeat(n));
        assert!(read(&nested(60)).is_ok());
        assert!(read(&nested(65)).unwrap_err().message.contains("nested deeper"));
        let list = |n: usize| format!("n in ({})", vec!["1"; n].join(","));
        assert!(read(&list(8000)).is_ok());
        assert!(read(&list(9000)).unwrap_err().message.contains("longer than"));
        let chain = |n: usize| vec!["n = 1"; n].join(" or ");
        assert!(read(&chain(400)).is_ok());
        assert!(read(&chain(600)).unwrap_err().message.contains("words"));
        // BETWEEN and CASE repeat what they compare: without a limit the tree would double at each level.
        let mut text = "n".to_owned();
        for _ in 0..25 {
            text = format!("case when {text} between 0 and 1 then 1 end");
        }
        assert!(read(&format!("{text} = 1")).unwrap_err().message.contains("too large"));
    });
}
