# The image of Leafwatch itself: `docker build .`, or see docker-compose.yml.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:20.20.2-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY dashboards dashboards
COPY index-templates index-templates
COPY rules rules
COPY LICENSE README.md CHANGELOG.md ./
# No home, no shell, and nothing in the image that this user may write.
RUN groupadd --gid 10001 leafwatch \
  && useradd --uid 10001 --gid leafwatch --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin leafwatch \
  && ln -s /app/dist/cli.js /usr/local/bin/leafwatch \
  && chmod 0755 /app/dist/cli.js
USER 10001:10001
WORKDIR /etc/leafwatch
EXPOSE 9610
# /healthz says that the process works, whatever becomes of the servers it talks to.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9610/healthz').then((r) => { process.exitCode = r.ok ? 0 : 1; }, () => { process.exitCode = 1; })"]
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["run"]
