# One image for every process: `python -m deploy.role web`, poller, worker, beat, analyst, and
# `python -m deploy.prepare` before them. Nothing is compiled, and nothing that compiles is in it.
FROM node:22.19.0-bookworm-slim AS scripts
WORKDIR /scripts
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev

FROM python:3.11.13-slim-bookworm AS built
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /app
COPY requirements.txt ./
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --quiet --require-hashes -r requirements.txt
COPY --from=scripts /scripts/node_modules node_modules
COPY . .
RUN SECRET_KEY=of-the-build .venv/bin/python manage.py collectstatic --noinput --verbosity=0 \
    && .venv/bin/python -m compileall -q -j 0 . \
    && .venv/bin/python -m pip uninstall --quiet --yes pip setuptools \
    && rm -rf node_modules var/live var/simulator

FROM python:3.11.13-slim-bookworm
LABEL org.opencontainers.image.title="CAISO Live" \
    org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 caiso \
    && useradd --uid 10001 --gid caiso --no-create-home --home-dir /nonexistent caiso
WORKDIR /app
COPY --from=built /app /app
# The state of a process, which needs no backup but for the archives of OASIS's answers.
RUN install -d -o caiso -g caiso -m 0700 var/live var/live/archives var/simulator
ENV PATH=/app/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 BIND=0.0.0.0 PORT=8000
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["python", "-m", "deploy.healthy"]
CMD ["python", "-m", "deploy.role", "web"]
