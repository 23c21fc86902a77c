# The service. Build it with `docker build -t scrim .`; run it as deploy/compose.yaml does.

FROM rust:1.95-slim-bookworm AS build
# SQLite is compiled from C.
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY Cargo.toml Cargo.lock rustfmt.toml clippy.toml ./
COPY crates crates
COPY examples examples
RUN cargo build --release --locked -p scrim --features aws,email,otel && install -D target/release/scrim /out/scrim

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/scrim --shell /usr/sbin/nologin scrim \
    && install -d -o scrim -g scrim -m 0700 /var/lib/scrim
COPY --from=build /out/scrim /usr/local/bin/scrim
USER 10001:10001
WORKDIR /var/lib/scrim
# No secret stands here: the sealing key and the database's password come from files or the environment at run time.
ENV SCRIM_DATA_DIR=/var/lib/scrim SCRIM_LISTEN=0.0.0.0:7474 SCRIM_LOG_FORMAT=json
VOLUME /var/lib/scrim
EXPOSE 7474
STOPSIGNAL SIGTERM
ENTRYPOINT ["scrim"]
CMD ["serve"]
