# One image for the crawler, monitor and web services of docker-compose.yml; with Chromium for the browser transport.
FROM python:3.11-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends chromium fonts-noto-cjk && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements/core.txt requirements/browser.txt requirements/insight.txt requirements/
RUN pip install --no-cache-dir --no-compile --require-hashes -r requirements/core.txt \
 && pip install --no-cache-dir --no-compile --require-hashes -r requirements/browser.txt \
 && pip install --no-cache-dir --no-compile --require-hashes -r requirements/insight.txt
COPY . .
RUN pip install --no-cache-dir --no-deps -e . && useradd --create-home tingchao && mkdir /data /key && chown tingchao /data /key
USER tingchao
ENV TINGCHAO_DATA=/data TINGCHAO_CHROMIUM=/usr/bin/chromium
ENTRYPOINT ["tingchao"]
CMD ["run"]
