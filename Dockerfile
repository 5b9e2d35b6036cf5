# The service and its worker. Nothing for training, tests or measuring is inside; no account but its own is used.
#
#   docker build -t dvornik .
#   docker run --read-only --tmpfs /tmp -v dvornik:/data -p 127.0.0.1:8000:8000 dvornik
#
# Everything that changes lies in /data (database and keys), so the rest may be read-only. Put a reverse
# proxy with TLS in front of it (docs/operators.md). An image that is built for good names its base by digest:
#
#   docker build --build-arg PYTHON=python:3.13-slim-bookworm@sha256:… -t dvornik .

ARG PYTHON=python:3.13-slim-bookworm

FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
RUN python -m venv /opt/dvornik
# The locked packages change more rarely than the code: they are a layer of their own.
COPY requirements/run.txt requirements/run.txt
RUN /opt/dvornik/bin/pip install --require-hashes --requirement requirements/run.txt
COPY pyproject.toml README.md LICENSE LICENSE-weights.md ./
COPY app app
COPY model model
COPY training training
COPY data/samples/comments data/samples/comments
RUN /opt/dvornik/bin/pip install --no-build-isolation --no-deps .

FROM ${PYTHON}
LABEL org.opencontainers.image.title="Dvornik" \
      org.opencontainers.image.licenses="MIT AND CC-BY-NC-SA-4.0"
# A fixed number, so that a volume's files keep their owner when the image is built anew.
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin dvornik \
    && install --directory --owner dvornik --group dvornik --mode 0700 /data
COPY --from=build /opt/dvornik /opt/dvornik
ENV PATH=/opt/dvornik/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DVORNIK_DATA_DIR=/data \
    DVORNIK_LOG_FORMAT=json
USER dvornik
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import httpx; httpx.get('http://127.0.0.1:8000/healthz', timeout=4).raise_for_status()"]
# The worker runs inside; with several replicas set DVORNIK_WORKER_INSIDE=false and start `dvornik worker` beside them.
CMD ["dvornik", "serve", "--host", "0.0.0.0", "--port", "8000"]
