# One image for all roles: migrate, worker and API, distinguished by their command.

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The package that generates the types of the store's API client.
COPY web/client/generator/package.json web/client/generator/
# With everything: the compiler of the bundle is an optional dependency of the SDK, the builder of the store one of development.
RUN npm ci
COPY . .
RUN npm run bundle && npm run web:build

FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without Postgres, the compiler and Node, which the image has; of the SDK's core only this platform's.
RUN npm ci --omit=dev --omit=optional --ignore-scripts \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} +

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY domain domain
COPY ledger ledger
COPY db db
COPY config config
COPY activities activities
COPY workflows workflows
COPY worker worker
COPY api api
COPY scripts/migrate.ts scripts/seed.ts scripts/audit.ts scripts/token.ts scripts/grant.ts scripts/projections-rebuild.ts scripts/
USER node
CMD ["node", "worker/main.ts"]
