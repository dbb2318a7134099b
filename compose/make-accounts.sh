#!/bin/bash
# Runs once Elasticsearch is up: gives Kibana's own user its password, and makes the account that Leafwatch runs as.
# A second run sets the same again.
set -euo pipefail

secrets=${SECRETS:-/run/accounts}
elasticsearch=${ELASTICSEARCH_URL:-https://elasticsearch:9200}

# api METHOD PATH: sends the JSON on stdin. The password goes in by a file, never by the command line.
api() {
  curl --fail-with-body --silent --show-error --output /dev/null --cacert "$secrets/ca.crt" \
    --config <(printf 'user = "elastic:%s"\n' "$(<"$secrets/elastic_password")") \
    --request "$1" --header "content-type: application/json" --data-binary @- "$elasticsearch$2"
}

api POST /_security/user/kibana_system/_password <<JSON
{ "password": "$(<"$secrets/kibana_password")" }
JSON

# What shipping, watching and reporting need, and no more: templates and dashboards are installed by another account.
api PUT /_security/role/leafwatch <<JSON
{
  "cluster": ["monitor"],
  "indices": [
    {
      "names": ["logs-*-leafwatch"],
      "privileges": ["auto_configure", "create_doc", "read", "view_index_metadata", "monitor", "indices:admin/refresh*"]
    },
    { "names": ["logs-leafwatch.dead_letter-leafwatch"], "privileges": ["index", "maintenance"] },
    {
      "names": ["leafwatch-*-leafwatch"],
      "privileges": ["auto_configure", "create_index", "read", "write", "view_index_metadata", "monitor", "maintenance"]
    }
  ]
}
JSON

api PUT /_security/user/leafwatch <<JSON
{ "password": "$(<"$secrets/leafwatch_password")", "roles": ["leafwatch"], "full_name": "Leafwatch" }
JSON
echo "accounts are in place"
