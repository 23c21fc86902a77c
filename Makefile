# The two commands of the README. Both work on a fresh Debian machine with Rust, as root and as an ordinary user.

CARGO ?= cargo
EXAMPLE := examples/retail

.PHONY: demo test tools

# PostgreSQL, which the tests of views run against, and a C compiler. Installed where apt is there and may be used.
tools:
	@if ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && ! command -v initdb >/dev/null 2>&1; then \
	  if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql gcc; \
	  else \
	    echo "PostgreSQL 15 or later is needed; on Debian: sudo apt-get install postgresql" >&2; exit 1; \
	  fi; \
	fi

test: tools
	$(CARGO) test --workspace --locked

# What there is to see so far: the policy tests, an explanation and the compiled views of the example catalog.
demo:
	$(CARGO) build --quiet --locked -p scrim
	target/debug/scrim check $(EXAMPLE)
	target/debug/scrim test $(EXAMPLE)
	target/debug/scrim explain $(EXAMPLE) --user alice --source retail.customer
	target/debug/scrim compile $(EXAMPLE)
