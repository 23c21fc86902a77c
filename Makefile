# The two commands of the README. Both work on a fresh Debian machine with Rust, as root and as an ordinary user.

CARGO ?= cargo

.PHONY: bench browser demo fuzz-api pictures test tools

# PostgreSQL, which the tests of views run against, and a C compiler. Installed where apt is there and may be used.
tools:
	@if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null 2>&1; then \
	  if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql gcc; \
	  else \
	    echo "PostgreSQL 15 or later is needed; on Debian: sudo apt-get install postgresql" >&2; exit 1; \
	  fi; \
	fi

# Chromium and its driver, in which the console is tried. Where there is none and none may be installed, those tests say that
# they were skipped, and the rest goes on.
browser:
	@if ! command -v chromedriver >/dev/null 2>&1; then \
	  if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium chromium-driver; \
	  else \
	    echo "No chromedriver: the console is NOT tried in a browser; on Debian: sudo apt-get install chromium chromium-driver" >&2; \
	  fi; \
	fi

# With logging in by AWS IAM, mail, and spans for collectors, which are not built by default.
test: tools browser
	$(CARGO) test --workspace --locked --features scrim/aws,scrim/email,scrim/otel

# The pictures of the README, anew: the same test as in `make test`, which leaves them below `target` otherwise.
pictures: tools browser
	SCRIM_PICTURES=$(CURDIR)/docs/images SCRIM_NEEDS_BROWSER=1 $(CARGO) test --locked -p scrim --test console

# A private PostgreSQL with sample data and policies: the same queries as several people, each result compared with the
# reference evaluator. `scrim demo --keep` leaves it running.
demo: tools
	$(CARGO) run --quiet --locked -p scrim -- demo --check

# Every call of the API, by schemathesis: what the OpenAPI document promises, a fresh service keeps. Needs Python and its
# package registry; EXAMPLES=50 is how many requests of each call are tried in each phase.
fuzz-api: tools
	scripts/schemathesis.sh

# How quick a large service is: 100,000 users and 10,000 data sources. SCRIM_USERS and SCRIM_SOURCES make it smaller.
bench: tools
	$(CARGO) bench --locked -p scrim-server --bench service
