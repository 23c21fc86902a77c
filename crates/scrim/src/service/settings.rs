//! Every setting there is: its name, what it is by default, and what it means. The documentation is made of this table.

/// One setting.
pub(crate) struct Setting {
    /// As the file has it: `log.level` is `level` in the table `[log]`.
    pub(crate) name: &'static str,
    /// What it is when nobody sets it; nothing where it is then left out.
    pub(crate) default: &'static str,
    /// How its value is written.
    pub(crate) form: Form,
    /// What it means.
    pub(crate) about: &'static str,
}

/// How the value of a setting is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A text.
    Text,
    /// A whole number, not below this one and not above the other.
    Number(u64, u64),
    /// `true` or `false`.
    Flag,
}

const fn text(name: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting { name, default, form: Form::Text, about }
}

const fn number(name: &'static str, default: &'static str, range: (u64, u64), about: &'static str) -> Setting {
    Setting { name, default, form: Form::Number(range.0, range.1), about }
}

const fn flag(name: &'static str, default: &'static str, about: &'static str) -> Setting {
    Setting { name, default, form: Form::Flag, about }
}

/// The table.
pub(crate) const SETTINGS: &[Setting] = &[
    text(
        "data_dir",
        "scrim-data",
        "The directory of what the service keeps: made at first start, for its own user alone.",
    ),
    text(
        "database",
        "sqlite:scrim.db",
        "The metadata database: `sqlite:PATH`, from the data directory, or a URL `postgresql://…`, which several replicas may share.",
    ),
    text(
        "database_file",
        "",
        "A file that holds the URL of the metadata database, in place of `database`: for a URL with a password in it.",
    ),
    text(
        "key_file",
        "sealing.key",
        "The file of the key that secrets are sealed with, from the data directory; made at first start, with a new database. \
         The environment variable SCRIM_SEALING_KEY may hold the key itself instead.",
    ),
    text(
        "secrets.directory",
        "secrets",
        "The directory, from the data directory, in which integrations may say that the file of their password is.",
    ),
    text(
        "secrets.variables",
        "WAREHOUSE_",
        "How the names of the environment variables begin in which integrations may say that their password is; several with \
         commas between them.",
    ),
    text("listen", "127.0.0.1:7474", "The address and port to listen on."),
    text(
        "tls.certificate",
        "",
        "The file of the certificate and its chain, in PEM. Without it the service speaks plain HTTP: to this machine, or to a \
         proxy that does TLS.",
    ),
    text("tls.key", "", "The file of the certificate's private key, in PEM."),
    number(
        "proxies",
        "0",
        (0, 16),
        "Behind how many proxies the service stands: so many addresses at the end of `X-Forwarded-For` are believed.",
    ),
    number("limits.request_bytes", "4194304", (1024, 1 << 30), "How large a request may be, in bytes."),
    number("limits.request_seconds", "60", (1, 3600), "How long a request may take."),
    number(
        "limits.requests_per_second",
        "200",
        (1, 1_000_000),
        "How many requests a caller may make in a second, on average.",
    ),
    number(
        "limits.sign_ins_per_minute",
        "20",
        (1, 1_000_000),
        "How many attempts to sign in an address may make in a minute.",
    ),
    number(
        "limits.connections",
        "900",
        (1, 1_000_000),
        "How many connections there are at most; others are closed at once. The service needs some hundred open files beside \
         them: where that many are allowed, it may be more.",
    ),
    number(
        "limits.connections_per_address",
        "256",
        (1, 1_000_000),
        "How many of them an address may have, or a network of IPv6 (/64). Not where there are `proxies`: all come from those.",
    ),
    number(
        "limits.head_seconds",
        "30",
        (1, 3600),
        "How long the head of a request may take to arrive. A connection on which nothing is asked for is closed as late.",
    ),
    number("session.idle_minutes", "480", (1, 525_600), "How long a session lasts after it was last used."),
    number("session.longest_minutes", "1440", (1, 525_600), "How long a session lasts at most."),
    flag(
        "session.secure_cookies",
        "true",
        "Whether the cookie of a session is sent over https only. Browsers take `localhost` for safe.",
    ),
    number(
        "sync.compare_seconds",
        "300",
        (1, 86_400),
        "So long after the last push everything is compared again, whether or not anything changed.",
    ),
    number(
        "sync.lease_seconds",
        "6",
        (2, 3600),
        "So long after a replica was heard of last, another drives its warehouses.",
    ),
    number(
        "sync.look_seconds",
        "5",
        (1, 86_400),
        "How often it is looked whether tables of the warehouses came, went or changed.",
    ),
    text(
        "webhooks.targets",
        "",
        "Hosts, addresses and networks that webhooks may be sent to beside the public internet, with commas between them: \
         `10.1.0.0/16, hooks.example.internal`.",
    ),
    text(
        "webhooks.authorities",
        "",
        "A file of certificate authorities, in PEM, that receivers of webhooks may be known by, beside those of the machine.",
    ),
    text(
        "mail.host",
        "",
        "The server that takes mail of news; none is sent without it. The program must be built with `email`.",
    ),
    number("mail.port", "587", (1, 65_535), "The port of that server."),
    text(
        "mail.tls",
        "starttls",
        "How the connection to it is kept secret: `starttls`, `always` (from the start, usually on port 465) or `none` (a server \
         on this machine).",
    ),
    text("mail.user", "", "Who signs in to that server, if anybody."),
    text("mail.password_file", "", "The file with the password for it."),
    text("mail.from", "", "Who mail is from: `Scrim <scrim@example.com>`."),
    text("mail.attribute", "email", "The attribute of users that holds their address."),
    text("log.format", "text", "How the log is written to standard error: `text` or `json`."),
    text(
        "log.level",
        "info",
        "What is logged: `error`, `warn`, `info`, `debug` or `trace`, for parts too, as in `info,scrim_reconciler=debug`.",
    ),
    text(
        "traces.endpoint",
        "",
        "Where spans of requests and pushes are sent, by OpenTelemetry's protocol over HTTP: `http://127.0.0.1:4318/v1/traces`. \
         Needs a build with the feature `otel`.",
    ),
    flag("metrics", "true", "Whether `/metrics` answers counts and times, as Prometheus reads them."),
    number(
        "shutdown_seconds",
        "30",
        (0, 3600),
        "How long requests and pushes that are under way may take to end after the service was told to stop.",
    ),
];

impl Setting {
    /// The environment variable that sets it.
    pub(crate) fn variable(&self) -> String {
        format!("SCRIM_{}", self.name.replace('.', "_").to_uppercase())
    }
}

/// The setting of a name.
pub(crate) fn named(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

/// The page of the documentation.
#[cfg(test)]
pub(crate) fn page() -> String {
    use std::fmt::Write as _;
    let mut page = "# Settings of the service\n\n\
        `scrim serve --config scrim.toml` reads a file in TOML; without `--config`, `SCRIM_CONFIG` may name it. Each setting can\n\
        also stand in the environment, which goes before the file. A setting that nobody knows, and a value that is none, are\n\
        errors: the service does not start. `scrim serve --print-config` tells what holds, and where it comes from. `scrim backup`,\n\
        `scrim rotate-key` and `scrim audit verify` read the same settings.\n\n\
        | setting | in the environment | by default | |\n| --- | --- | --- | --- |\n"
        .to_owned();
    for setting in SETTINGS {
        let default = if setting.default.is_empty() { String::new() } else { format!("`{}`", setting.default) };
        let range = match setting.form {
            Form::Number(least, most) => format!(" {least} to {most}."),
            Form::Text | Form::Flag => String::new(),
        };
        let _ =
            writeln!(page, "| `{}` | `{}` | {default} | {}{range} |", setting.name, setting.variable(), setting.about);
    }
    page + "\n```toml\ndata_dir = \"/var/lib/scrim\"\nlisten = \"0.0.0.0:7474\"\n\n[tls]\ncertificate = \"/etc/scrim/tls.crt\"\n\
        key = \"/etc/scrim/tls.key\"\n\n[log]\nformat = \"json\"\n```\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `UPDATE_DOCS=1 cargo test -p scrim` writes the page.
    #[test]
    fn the_page_tells_every_setting() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, page()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), page(), "run it with UPDATE_DOCS=1");
    }

    #[test]
    fn no_two_settings_have_one_variable() {
        let variables: std::collections::BTreeSet<String> = SETTINGS.iter().map(Setting::variable).collect();
        assert_eq!(variables.len(), SETTINGS.len());
    }
}
