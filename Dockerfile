# LLM Gateway in a container.
#   docker build -t llm-gateway .
#   docker run -p 3847:3847 -v $(pwd)/config:/app/config llm-gateway
# The first start prints a gateway key; configuration and credentials stay in /app/config. More: deploy/README.md

# Node.js 24.22.1 or later: earlier ones have CVE-2026-111497 (Brotli).
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY . .
RUN node scripts/run.mjs build

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="LLM Gateway" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://github.com/iBreaker/llm-gateway"
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=1 \
    LLM_GATEWAY_HOME=/app/config
WORKDIR /app
# The command carries everything it needs: there is nothing to install here.
COPY --from=build /src/apps/gateway-cli/package.json cli/package.json
COPY --from=build /src/apps/gateway-cli/bin cli/bin
COPY --from=build /src/apps/gateway-cli/dist cli/dist
COPY LICENSE deploy/docker/entrypoint.mjs ./
RUN install -d -m 0700 -o node -g node /app/config \
 && printf '#!/bin/sh\nexec node /app/entrypoint.mjs "$@"\n' > /usr/local/bin/llm-gateway \
 && chmod 0755 /usr/local/bin/llm-gateway
VOLUME /app/config
EXPOSE 3847
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["node", "/app/entrypoint.mjs", "--check"]
# The entry point gives a folder that Docker made for the volume to the user "node", becomes that user, and only then runs
# the gateway. Started as another user (--user, runAsUser) it stays that one.
ENTRYPOINT ["node", "/app/entrypoint.mjs"]
CMD ["server", "start", "--host=0.0.0.0", "--first-key"]
