#!/bin/bash
# The set-up container: makes the authority, certificates, passwords and SSH keys of the stack, each into the volume of
# the one that needs it. What is there already stays, so that a second `docker compose up` changes nothing.
set -euo pipefail
umask 077

root=${SECRETS_ROOT:-/secrets}
hosts=(web1 app1)
elastic_uid=1000
leafwatch_uid=10001

password() {
  openssl rand -hex 24
}

# keep FILE COMMAND...: writes what the command prints, unless the file is there.
keep() {
  local file=$1
  shift
  [ -s "$file" ] || { "$@" >"$file.new" && mv "$file.new" "$file"; }
}

mkdir -p "$root"/{authority,elasticsearch,kibana,leafwatch,leafwatch-setup,accounts}
for host in "${hosts[@]}"; do mkdir -p "$root/$host"; done

cd "$root/authority"
if [ ! -s ca.crt ]; then
  openssl req -x509 -newkey rsa:3072 -nodes -sha256 -days 3650 -subj "/CN=Leafwatch trial authority" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    -keyout ca.key -out ca.new 2>/dev/null
  mv ca.new ca.crt
fi
if [ ! -s elasticsearch.crt ]; then
  openssl req -new -newkey rsa:3072 -nodes -subj "/CN=elasticsearch" \
    -keyout elasticsearch.key -out elasticsearch.csr 2>/dev/null
  openssl x509 -req -sha256 -days 825 -in elasticsearch.csr -CA ca.crt -CAkey ca.key -CAcreateserial \
    -extfile <(printf 'subjectAltName=DNS:elasticsearch,DNS:localhost,IP:127.0.0.1\n') \
    -out elasticsearch.new 2>/dev/null
  mv elasticsearch.new elasticsearch.crt
fi

for name in elastic kibana_system leafwatch; do keep "$name" password; done
keep kibana_encryption password
[ -s id_ed25519 ] || ssh-keygen -q -t ed25519 -N "" -C leafwatch -f id_ed25519
for host in "${hosts[@]}"; do
  [ -s "$host.key" ] || ssh-keygen -q -t ed25519 -N "" -C "$host" -f "$host.key"
done

# give OWNER FOLDER FILE...: copies as NEW=OLD or OLD, readable by its owner alone.
give() {
  local owner=$1 folder=$root/$2 file
  shift 2
  chown "$owner:$owner" "$folder"
  chmod 0700 "$folder"
  for file in "$@"; do
    install -m 0400 -o "$owner" -g "$owner" "${file#*=}" "$folder/${file%%=*}"
  done
}

for host in "${hosts[@]}"; do
  printf '%s %s\n' "$host" "$(cut -d' ' -f1,2 "$host.key.pub")"
done >known_hosts
{
  printf 'ELASTICSEARCH_PASSWORD=%s\n' "$(<kibana_system)"
  for setting in SECURITY_ENCRYPTIONKEY ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY REPORTING_ENCRYPTIONKEY; do
    printf 'XPACK_%s=%s\n' "$setting" "$(<kibana_encryption)"
  done
} >kibana.env

give $elastic_uid elasticsearch ca.crt http.crt=elasticsearch.crt http.key=elasticsearch.key elastic_password=elastic
give $elastic_uid kibana ca.crt kibana.env
give $elastic_uid accounts ca.crt elastic_password=elastic kibana_password=kibana_system leafwatch_password=leafwatch
give $leafwatch_uid leafwatch ca.crt elasticsearch_password=leafwatch id_ed25519 known_hosts
give $leafwatch_uid leafwatch-setup ca.crt elasticsearch_password=elastic id_ed25519 known_hosts
for host in "${hosts[@]}"; do
  give 0 "$host" ssh_host_ed25519_key="$host.key" ssh_host_ed25519_key.pub="$host.key.pub" authorized_keys=id_ed25519.pub
done
echo "secrets are in place"
