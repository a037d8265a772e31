# Mayfly and its server, without a database: the container runs the same supervisor as bin/run.
FROM python:3.13-slim-trixie AS build
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/requirements.txt
# Who vouches for a database over a network: RDS by its own authorities, a proxy before it by those of the system.
ADD https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem /tmp/rds.pem
RUN cat /etc/ssl/certs/ca-certificates.crt /tmp/rds.pem > /opt/database.pem

FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --home-dir /var/lib/mayfly --create-home mayfly
COPY --from=build /opt/venv /opt/venv
COPY --from=build --chmod=644 /opt/database.pem /etc/ssl/certs/mayfly-database.pem
COPY gunicorn.conf.py /srv/mayfly/
COPY bin /srv/mayfly/bin
COPY sql /srv/mayfly/sql
COPY webapp /srv/mayfly/webapp
WORKDIR /srv/mayfly
# Compiled now, because the one who runs it may not write here.
RUN /opt/venv/bin/python -m compileall -q webapp
ENV APP_ENV=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    WAIT_FOR_DATABASE=yes \
    MAYFLY_STATE=/var/lib/mayfly \
    MAYFLY_PYTHON=/opt/venv/bin/python \
    PGSSLROOTCERT=/etc/ssl/certs/mayfly-database.pem \
    PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1
USER 10001
VOLUME /var/lib/mayfly
EXPOSE 8000
# Whether the process lives, not whether its database does: a restart would not bring that back.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/livez', timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "webapp.runtime.supervisor"]
