# The image of web, worker, beat and migrate. Nothing of the demo or the tests is in it: no embedded database, no test tools.

# Style sheets and scripts, as the design systems publish them
FROM node:22-bookworm-slim AS frontend
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# Python packages, each with the hash that was reviewed
FROM python:3.11-slim-bookworm AS packages
COPY requirements-deploy.txt /build/
RUN python -m venv /opt/earlyhelp && \
    /opt/earlyhelp/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /build/requirements-deploy.txt

FROM python:3.11-slim-bookworm
# Pango sets the type of PDF documents
RUN apt-get update && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 libfontconfig1 fonts-dejavu-core && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin earlyhelp && \
    install -d -o earlyhelp -g earlyhelp -m 0750 /data/media /data/beat
COPY --from=packages /opt/earlyhelp /opt/earlyhelp
ENV PATH=/opt/earlyhelp/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=earlyhelp.settings.base \
    MEDIA_ROOT=/data/media
WORKDIR /srv/earlyhelp
COPY . .
COPY --from=frontend /build/node_modules node_modules
# Collecting static files starts the settings, which want values; these are for this step alone and reach no layer.
RUN python -m devtools.frontend && rm -rf node_modules && \
    SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    ALLOWED_HOSTS=build.invalid SITE_URL=https://build.invalid \
    DATABASE_URL=postgresql://eh_app:collecting-static-files@build.invalid/earlyhelp \
    REDIS_URL=redis://:collecting-static-files@build.invalid \
    EMAIL_HOST=build.invalid DEFAULT_FROM_EMAIL=nobody@build.invalid EH_PARTNERSHIP_NAME=- EH_COUNTY=- EH_HUB_PHONE=- \
    EH_REFERENCE_PREFIX=XX python manage.py collectstatic --noinput --verbosity 0
USER earlyhelp
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD ["python", "docker/healthcheck.py"]
CMD ["gunicorn", "earlyhelp.wsgi", "--bind", "0.0.0.0:8000", "--preload", "--workers", "4", "--threads", "4", "--timeout", "60", \
     "--max-requests", "5000", "--max-requests-jitter", "500", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", \
     "--log-level", "warning"]
