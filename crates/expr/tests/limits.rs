//! No text overflows the stack or takes long.

#[cfg(test)]
mod reading;

use reading::{on_small_stack, read};

const STACK: usize = 1024 * 1024;

#[test]
fn deep_and_long_texts_do_not_overflow() {
    on_small_stack(STACK, || {
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
    on_small_stack(STACK, || {
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
