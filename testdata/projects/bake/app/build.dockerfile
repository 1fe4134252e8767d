ARG GO
ARG REVISION
FROM golang:${GO} AS build
COPY --from=assets . /assets
RUN go build -o /out/app .
FROM build AS test
RUN go test ./...
FROM build AS unused
FROM scratch
COPY --from=build /out/app /app
