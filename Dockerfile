# syntax=docker/dockerfile:1.18
FROM rust:1.95.0-alpine3.22 AS build
RUN apk add --no-cache musl-dev
WORKDIR /src
COPY Cargo.toml Cargo.lock build.rs ./
COPY build build
COPY data data
COPY rules rules
COPY src src
COPY xtask xtask
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --profile dist --locked --bin dlint \
    && cp target/dist/dlint /dlint

FROM scratch
COPY --link --from=build /dlint /dlint
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["/dlint"]
