//! What changed between two texts, line by line.

use maud::{Markup, html};
use similar::{ChangeTag, TextDiff};

/// How many lines stand around each change.
const AROUND: usize = 3;

/// What was taken away and what was put in its place; lines that stayed are told where they are near.
pub(crate) fn difference(before: &str, after: &str) -> Markup {
    if before == after {
        return html! { p.muted { "There is no difference." } };
    }
    let compared = TextDiff::from_lines(before, after);
    html! {
        @for group in compared.grouped_ops(AROUND) {
            pre.difference tabindex="0" {
                @for change in group.iter().flat_map(|op| compared.iter_changes(op)) {
                    @let line = change.value().trim_end_matches('\n');
                    @match change.tag() {
                        ChangeTag::Equal => { span { "  " (line) } }
                        ChangeTag::Insert => { ins { "+ " (line) } }
                        ChangeTag::Delete => { del { "- " (line) } }
                    }
                    "\n"
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_told_as_added_and_removed_and_are_escaped() {
        let told = difference("a\nb\nc\n", "a\n<b>\nc\n").into_string();
        assert_eq!(
            told,
            "<pre class=\"difference\" tabindex=\"0\"><span>  a</span>\n<del>- b</del>\n<ins>+ &lt;b&gt;</ins>\n<span>  c</span>\n</pre>"
        );
        assert!(difference("a", "a").into_string().contains("no difference"));
    }
}
