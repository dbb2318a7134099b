#!/bin/bash
# Checks the running stack of docker-compose.yml end to end: `docker compose up --wait`, then this. Prints one line a
# check and ends with 1 if one of them fails. Takes up to WAIT_SECONDS (default 300) for the first alert's mail.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wait_seconds=${WAIT_SECONDS:-300}
failed=0

# check WHAT COMMAND...: runs the command quietly.
check() {
  local what=$1
  shift
  if "$@" >/dev/null 2>&1; then
    echo "ok      $what"
  else
    echo "FAILED  $what"
    failed=1
  fi
}

# eventually WHAT COMMAND...: the same, again and again until it succeeds or the time is over.
eventually() {
  local what=$1 end=$((SECONDS + wait_seconds))
  shift
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then
      echo "FAILED  $what (waited ${wait_seconds}s)"
      failed=1
      return
    fi
    sleep 3
  done
  echo "ok      $what"
}

compose() {
  docker compose "$@"
}

# elasticsearch PATH: asks as the administrator, inside the container, where authority and password are.
elasticsearch() {
  compose exec -T elasticsearch bash -c '
    curl --fail --silent --show-error --cacert config/secrets/ca.crt \
      --config <(printf "user = \"elastic:%s\"\n" "$(<config/secrets/elastic_password)") "https://localhost:9200$1"' _ "$1"
}

# kibana PATH [curl options]: asks Kibana as the administrator, from Elasticsearch's container.
kibana() {
  local path=$1
  shift
  compose exec -T elasticsearch bash -c '
    path=$1; shift
    curl --fail --silent --show-error --header "kbn-xsrf: smoke" \
      --config <(printf "user = \"elastic:%s\"\n" "$(<config/secrets/elastic_password)") "$@" "http://kibana:5601$path"' _ "$path" "$@"
}

running_and_healthy() {
  local service
  for service in elasticsearch kibana mailpit web1 app1 leafwatch; do
    compose ps --format '{{.Health}}' "$service" | grep --quiet --line-regexp healthy || return 1
  done
}

only_on_loopback() {
  ! compose ps --format '{{.Ports}}' | grep --extended-regexp '(0\.0\.0\.0|\[::\]|:::)[^,]*->'
}

refuses_strangers() {
  [ "$(compose exec -T elasticsearch curl --silent --output /dev/null --write-out '%{http_code}' \
    --cacert config/secrets/ca.crt https://localhost:9200/)" = 401 ]
}

# has_events DATASET HOST: at least one event of the dataset came from the host.
has_events() {
  elasticsearch "/logs-$1-leafwatch/_count?q=host.name:$2" | grep --extended-regexp '"count":[1-9]'
}

# Finds a dashboard by its id in the answer of the export API, which asks for every one of them by name.
has_dashboards() {
  local id body=""
  for id in overview logins web windows alerts pipeline; do
    body="$body{\"type\":\"dashboard\",\"id\":\"leafwatch-$id\"},"
  done
  kibana /api/saved_objects/_export --header "content-type: application/json" \
    --data "{\"objects\":[${body%,}],\"excludeExportDetails\":true}"
}

has_alert() {
  elasticsearch /leafwatch-alerts-leafwatch/_count | grep --extended-regexp '"count":[1-9]'
}

has_alert_mail() {
  curl --fail --silent "http://127.0.0.1:8025/api/v1/messages?limit=50" | grep '"Subject":'
}

leafwatch_is_ready() {
  curl --fail --silent http://127.0.0.1:9610/readyz
}

cannot_write_its_root() {
  ! compose exec -T leafwatch node -e 'require("node:fs").writeFileSync("/app/x", "")'
}

account_is_read_only() {
  compose exec -T leafwatch node -e '
    const { Client } = require("/app/node_modules/ssh2");
    const client = new Client();
    client.on("ready", () => client.sftp((_, sftp) => sftp.unlink("/var/log/auth.log", (error) => process.exit(error ? 0 : 1))));
    client.connect({ host: "web1", username: "leafwatch", privateKey: require("node:fs").readFileSync("/run/leafwatch/id_ed25519") });'
}

check "every service is healthy" running_and_healthy
check "no port is open beyond 127.0.0.1" only_on_loopback
check "Elasticsearch refuses who has no password" refuses_strangers
check "Leafwatch cannot write into its own image" cannot_write_its_root
check "the reading account cannot remove a log" account_is_read_only
check "Leafwatch is ready" leafwatch_is_ready
eventually "web1: Apache's requests arrive" has_events apache.access web1
eventually "web1: logins arrive" has_events system.auth web1
eventually "app1: nginx's requests arrive" has_events nginx.access app1
eventually "app1: logins arrive" has_events system.auth app1
check "Kibana has the six dashboards" has_dashboards
eventually "an alert is raised" has_alert
eventually "its mail arrives" has_alert_mail

if ((failed)); then
  echo "see: docker compose logs leafwatch"
  exit 1
fi
echo "The stack works. Dashboards: http://127.0.0.1:5601  Mails: http://127.0.0.1:8025"
