"""Makes the people and documents that the runs meet, and writes down what there is.

prepare.py URL DIRECTORY            the first administrator, and a token: DIRECTORY/administrator
prepare.py URL DIRECTORY enforced   has the warehouse brought to the catalog, and waits until it is
prepare.py URL DIRECTORY documents  an analyst (DIRECTORY/analyst), more documents, and DIRECTORY/schemathesis.toml
"""

import json
import pathlib
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from datetime import UTC, datetime, timedelta

URL, HOME = sys.argv[1], pathlib.Path(sys.argv[2])
PASSWORD = "correct horse battery"

# Beside what the demo has: one of each kind, that may come and go.
DOCUMENTS = {
    "integrations/spare": {"engine": "postgresql", "host": "127.0.0.1", "port": 1, "database": "d", "tls": "disable"},
    "webhooks/hook": {"url": "https://receiver.invalid/hook"},
    "identifiers/badge": {"tag": "PII.Badge", "column_name": "badge"},
    "attributes/level": {"values": ["low", "high"]},
    "purposes/Ads": {"acknowledgement": "I only sell."},
    "tags/Described": {"description": "A tag."},
    "groups/spare": {},
    # Whoever makes it would own it, and nobody writes a purpose into a project of their own.
    "projects/study": {
        "owners": ["oscar"], "access": "anyone", "data_sources": ["nation"], "purposes": ["Ads"], "members": [{"user": "anna"}],
    },
    "subscription-policies/asking": {"where": {"source_tag": "Asked"}, "access": {"approval": ["GOVERNANCE"]}},
    "data-policies/tokens": {
        "where": {"data_source": "nation"}, "rules": [{"mask": {"columns": {"name": "n_comment"}, "with": "reversible"}}],
    },
    "grants/anna-nation": {"user": "anna", "data_source": "nation"},
}  # fmt: skip

# What means something to SQL, JSON, YAML, HTML, a path, a shell, a spreadsheet or a terminal.
HOSTILE = [
    "'", "\"", "\\", "'; DROP TABLE users; --", "$$", "${x}", "{{7*7}}", "%s%n", "../../etc/passwd", "<script>alert(1)</script>",
    "\u0000", "a\nb", "\u202eabc", "e\u0301", "\u200b", "\ufeff", "😀", "ß" * 200, "x" * 70000, "=1+1", "\x1b[31m", "-1",
    "99999999999999999999", "1e999", "NaN", "null", "true", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "-262143-01-01T00:00:00Z",
    "+262142-12-31T23:59:59Z", "*", "~", "!!x", "&a", "- a", "a: b", " ", "",
]  # fmt: skip


def call(method, path, body=None, token=None, cookie=None):
    """Answers the body and the headers of an answer that must be good."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if cookie:
        headers["Cookie"] = cookie
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{URL}/api/v1/{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
            return (json.loads(text) if text else None), answer.headers
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


def token(user, headers):
    """Makes a token of somebody who has just signed in."""
    cookie = headers["set-cookie"].split(";")[0]
    expires = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    body = {"name": "schemathesis", "scopes": ["read", "write", "all"], "expires": expires}
    return call("POST", f"users/{user}/tokens", body, cookie=cookie)[0]["token"]


def write(name, text):
    (HOME / name).write_text(text)
    (HOME / name).chmod(0o600)


def start():
    setup = (HOME / "data/setup-token").read_text().strip()
    _, headers = call("POST", "setup", {"token": setup, "user": "root", "password": PASSWORD})
    write("administrator", token("root", headers))
    permissions = [
        "APPLICATION_ADMIN", "USER_ADMIN", "GOVERNANCE", "AUDIT", "CREATE_DATA_SOURCE", "CREATE_PROJECT", "PROJECT_MANAGEMENT",
        "IMPERSONATE_USER",
    ]  # fmt: skip
    root = (HOME / "administrator").read_text()
    call("PUT", "users/root", {"permissions": permissions}, root)


def enforced():
    root = (HOME / "administrator").read_text()
    call("POST", "integrations/warehouse/reconcile?allow_drop=true", None, root)
    until = time.monotonic() + 60
    while call("GET", "status", None, root)[0]["integrations"][0]["state"] != "in_sync":
        if time.monotonic() > until:
            sys.exit("the warehouse is not brought to the catalog")
        time.sleep(0.1)


def documents():
    root = (HOME / "administrator").read_text()
    call("PUT", "users/anna", {"groups": ["staff", "sales"]}, root)
    call("PUT", "users/anna/password", {"password": PASSWORD}, root)
    login = {"user": "anna", "password": PASSWORD, "new_password": f"{PASSWORD} staple"}
    write("analyst", token("anna", call("POST", "session", login)[1]))
    for path, body in DOCUMENTS.items():
        call("PUT", path, body, root)
    call("POST", "webhooks/hook/secret", {}, root)
    analyst = (HOME / "analyst").read_text()
    call("PUT", "data-sources/supplier/subscription", {"reason": "to look at it"}, analyst)
    call("POST", "data-sources/nation/unmask-requests", {"column": "n_comment", "token": "t", "reason": "r"}, analyst)
    there = {}
    kinds = sorted({path.split("/")[0] for path in DOCUMENTS}
                   | {"data-sources", "users", "policy-tests", "subscriptions", "unmask-requests"})
    for kind in kinds:
        found = call("GET", f"{kind}?limit=1000", None, root)[0]["items"]
        # What the run itself stands on stays: its administrator, and the way to the warehouse.
        there[kind] = [one for one in found if one["name"] not in ("root", "warehouse")]
    write("documents.json", json.dumps(there))
    write("schemathesis.toml", settings(there))


def settings(there):
    """Half of the names in paths are of what exists, and one text in ten is hostile."""
    document = call("GET", "openapi.json")[0]
    lines = [
        # Who calls is said by the token.
        "[generation]", "with-security-parameters = false", "allow-x00 = true", "allow-extra-parameters = false",
        "[generation.dictionaries.string]", 'dictionary = "hostile"', "probability = 0.1",
        # What fits the schema may still be wrong (422), wait for a confirmation (428), or be meant for another version (412).
        "[checks.positive_data_acceptance]",
        'expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 412, 414, 422, 428]',
        "[checks.negative_data_rejection]",
        "expected-statuses = [400, 401, 403, 404, 409, 412, 413, 414, 415, 422, 428]",
        "[dictionaries.hostile]", f"values = {json.dumps(HOSTILE, ensure_ascii=False)}",
    ]  # fmt: skip
    pools = {kind: [one["name"] for one in found] for kind, found in there.items()}
    # Reading about the warehouse is safe, and so is having it compared.
    pools["warehouse"] = ["warehouse", "spare"]
    pools |= {"column": ["id", "ssn", "n_name"], "key": ["country", "level"], "value": ["high", "US"], "id": ["1", "2"]}
    for name, values in pools.items():
        if values:
            lines += [f"[dictionaries.{name}]", f"values = {json.dumps(values)}"]
    for path, item in document["paths"].items():
        parts = path.split("/")
        for method, operation in item.items():
            for before, part in zip(parts, parts[1:], strict=False):
                if not part.startswith("{"):
                    continue
                reads = method == "get" or path.endswith(("/drift", "/reconcile"))
                pool = part[1:-1] if before == part[1:-1] + "s" or before == "attributes" else before
                pool = {"integrations": "warehouse" if reads else "integrations", "requested-purposes": "purposes",
                        "acknowledgements": "purposes", "columns": "column", "tokens": "id", "deliveries": "id"}.get(before, pool)
                if part == "{value}":
                    pool = "value"
                elif part == "{key}":
                    pool = "key"
                if pool not in pools:
                    continue
                lines += ["[[operations]]", f"include-operation-id = {json.dumps(operation['operationId'])}",
                          f"parameters = {{ \"path.{part[1:-1]}\" = {{ dictionary = {json.dumps(pool)}, probability = 0.5 }} }}"]
    return "\n".join(lines) + "\n"


{"documents": documents, "enforced": enforced}.get("".join(sys.argv[3:]), start)()
