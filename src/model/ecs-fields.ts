/** How Elasticsearch indexes an ECS field, and whether ECS wants it always as an array. */
export interface FieldType {
  type: string;
  array: boolean;
}

/* ECS 9.4.0 without the field sets that no log line fills (entity analytics, executable formats, session view,
   enrichments). A line that begins with # names a type for the lines after it; the others are `top: names below it`,
   or a field without a dot. */
const text = `
# boolean
container: security_context.privileged
dll: code_signature.exists code_signature.trusted code_signature.valid
file: code_signature.exists code_signature.trusted code_signature.valid
process: code_signature.exists code_signature.trusted code_signature.valid interactive io.max_bytes_per_process_exceeded parent.code_signature.exists parent.code_signature.trusted parent.code_signature.valid parent.interactive
tls: established resumed
# constant_keyword
data_stream: dataset namespace type
# date
@timestamp
dll: code_signature.timestamp
email: delivery_timestamp origination_timestamp
event: created end ingested start
file: accessed code_signature.timestamp created ctime mtime x509.not_after x509.not_before
package: installed
process: code_signature.timestamp end parent.code_signature.timestamp parent.end parent.start start
threat: indicator.first_seen indicator.last_seen indicator.modified_at
tls: client.not_after client.not_before client.x509.not_after client.x509.not_before server.not_after server.not_before server.x509.not_after server.x509.not_before
# flattened
log: syslog.structured_data
# float
event: risk_score risk_score_norm
vulnerability: score.base score.environmental score.temporal
# geo_point
client: geo.location
destination: geo.location
host: geo.location target.geo.location
observer: geo.location
server: geo.location
source: geo.location
threat: indicator.geo.location
# ip
client: ip nat.ip
destination: ip nat.ip
network: forwarded_ip
server: ip nat.ip
source: ip nat.ip
threat: indicator.ip
# ip array
dns: resolved_ip
host: ip target.ip
observer: ip
orchestrator: resource.ip
related: ip
# keyword
agent: build.original ephemeral_id id name type version
client: address as.organization.name domain geo.city_name geo.continent_code geo.continent_name geo.country_iso_code geo.country_name geo.name geo.postal_code geo.region_iso_code geo.region_name geo.timezone mac registered_domain subdomain top_level_domain user.domain user.email user.full_name user.group.domain user.group.id user.group.name user.hash user.id user.name
cloud: account.id account.name availability_zone instance.id instance.name machine.type origin.account.id origin.account.name origin.availability_zone origin.instance.id origin.instance.name origin.machine.type origin.project.id origin.project.name origin.provider origin.region origin.service.name project.id project.name provider region service.name target.account.id target.account.name target.availability_zone target.instance.id target.instance.name target.machine.type target.project.id target.project.name target.provider target.region target.service.name
container: id image.name name runtime
destination: address as.organization.name domain geo.city_name geo.continent_code geo.continent_name geo.country_iso_code geo.country_name geo.name geo.postal_code geo.region_iso_code geo.region_name geo.timezone mac registered_domain subdomain top_level_domain user.domain user.email user.full_name user.group.domain user.group.id user.group.name user.hash user.id user.name
device: id manufacturer model.identifier model.name product.id product.name serial_number type vendor.id vendor.name
dll: code_signature.digest_algorithm code_signature.flags code_signature.signing_id code_signature.status code_signature.subject_name code_signature.team_id code_signature.thumbprint_sha256 hash.cdhash hash.md5 hash.sha1 hash.sha256 hash.sha384 hash.sha512 hash.ssdeep hash.tlsh name origin_referrer_url origin_url path
dns: answers.class answers.data answers.name answers.type id op_code question.class question.name question.registered_domain question.subdomain question.top_level_domain question.type response_code type
ecs: version
email: attachments.file.extension attachments.file.hash.cdhash attachments.file.hash.md5 attachments.file.hash.sha1 attachments.file.hash.sha256 attachments.file.hash.sha384 attachments.file.hash.sha512 attachments.file.hash.ssdeep attachments.file.hash.tlsh attachments.file.mime_type attachments.file.name content_type direction local_id sender.address subject x_mailer
error: code id type
event: action agent_id_status code dataset hash id kind module original outcome provider reason reference timezone url
file: code_signature.digest_algorithm code_signature.flags code_signature.signing_id code_signature.status code_signature.subject_name code_signature.team_id code_signature.thumbprint_sha256 device directory drive_letter extension fork_name gid group hash.cdhash hash.md5 hash.sha1 hash.sha256 hash.sha384 hash.sha512 hash.ssdeep hash.tlsh inode mime_type mode name origin_referrer_url origin_url owner path target_path type uid x509.issuer.distinguished_name x509.public_key_algorithm x509.public_key_curve x509.serial_number x509.signature_algorithm x509.subject.distinguished_name x509.version_number
group: domain id name
host: architecture boot.id domain geo.city_name geo.continent_code geo.continent_name geo.country_iso_code geo.country_name geo.name geo.postal_code geo.region_iso_code geo.region_name geo.timezone hostname id name os.family os.full os.kernel os.name os.platform os.type os.version pid_ns_ino target.architecture target.boot.id target.domain target.geo.city_name target.geo.continent_code target.geo.continent_name target.geo.country_iso_code target.geo.country_name target.geo.name target.geo.postal_code target.geo.region_iso_code target.geo.region_name target.geo.timezone target.hostname target.id target.name target.os.family target.os.full target.os.kernel target.os.name target.os.platform target.os.type target.os.version target.pid_ns_ino target.type type
http: request.id request.method request.mime_type request.referrer response.mime_type version
log: file.path level logger origin.file.name origin.function syslog.appname syslog.facility.name syslog.hostname syslog.msgid syslog.procid syslog.severity.name syslog.version
network: application community_id direction iana_number inner.vlan.id inner.vlan.name name protocol transport type vlan.id vlan.name
observer: egress.interface.alias egress.interface.id egress.interface.name egress.vlan.id egress.vlan.name egress.zone geo.city_name geo.continent_code geo.continent_name geo.country_iso_code geo.country_name geo.name geo.postal_code geo.region_iso_code geo.region_name geo.timezone hostname ingress.interface.alias ingress.interface.id ingress.interface.name ingress.vlan.id ingress.vlan.name ingress.zone name os.family os.full os.kernel os.name os.platform os.type os.version product serial_number type vendor version
orchestrator: api_version cluster.id cluster.name cluster.url cluster.version namespace organization resource.id resource.name resource.parent.type resource.type type
organization: id name
package: architecture build_version checksum description install_scope license name path reference type version
process: code_signature.digest_algorithm code_signature.flags code_signature.signing_id code_signature.status code_signature.subject_name code_signature.team_id code_signature.thumbprint_sha256 entity_id executable group.id group.name hash.cdhash hash.md5 hash.sha1 hash.sha256 hash.sha384 hash.sha512 hash.ssdeep hash.tlsh io.type name parent.code_signature.digest_algorithm parent.code_signature.flags parent.code_signature.signing_id parent.code_signature.status parent.code_signature.subject_name parent.code_signature.team_id parent.code_signature.thumbprint_sha256 parent.entity_id parent.executable parent.group.id parent.group.name parent.hash.cdhash parent.hash.md5 parent.hash.sha1 parent.hash.sha256 parent.hash.sha384 parent.hash.sha512 parent.hash.ssdeep parent.hash.tlsh parent.name parent.real_group.id parent.real_group.name parent.real_user.id parent.real_user.name parent.saved_group.id parent.saved_group.name parent.saved_user.id parent.saved_user.name parent.supplemental_groups.id parent.supplemental_groups.name parent.thread.name parent.title parent.user.id parent.user.name parent.working_directory real_group.id real_group.name real_user.id real_user.name saved_group.id saved_group.name saved_user.id saved_user.name supplemental_groups.id supplemental_groups.name thread.name title user.id user.name working_directory
registry: data.bytes data.type hive key path value
rule: category description id license name reference ruleset uuid version
server: address as.organization.name domain geo.city_name geo.continent_code geo.continent_name geo.country_iso_code geo.country_name geo.name geo.postal_code geo.region_iso_code geo.region_name geo.timezone mac registered_domain subdomain top_level_domain user.domain user.email user.full_name user.group.domain user.group.id user.group.name user.hash user.id user.name
service: address environment ephemeral_id id name node.name node.role origin.address origin.environment origin.ephemeral_id origin.id origin.name origin.node.name origin.node.role origin.state origin.type origin.version state target.address target.environment target.ephemeral_id target.id target.name target.node.name target.node.role target.state target.type target.version type version
source: address as.organization.name domain geo.city_name geo.continent_code geo.continent_name geo.country_iso_code geo.country_name geo.name geo.postal_code geo.region_iso_code geo.region_name geo.timezone mac registered_domain subdomain top_level_domain user.domain user.email user.full_name user.group.domain user.group.id user.group.name user.hash user.id user.name
span: id
threat: feed.dashboard_id feed.description feed.name feed.reference framework group.id group.name group.reference indicator.as.organization.name indicator.confidence indicator.description indicator.email.address indicator.geo.city_name indicator.geo.continent_code indicator.geo.continent_name indicator.geo.country_iso_code indicator.geo.country_name indicator.geo.name indicator.geo.postal_code indicator.geo.region_iso_code indicator.geo.region_name indicator.geo.timezone indicator.marking.tlp indicator.marking.tlp_version indicator.name indicator.provider indicator.reference indicator.type indicator.url.domain indicator.url.extension indicator.url.fragment indicator.url.password indicator.url.query indicator.url.registered_domain indicator.url.scheme indicator.url.subdomain indicator.url.top_level_domain indicator.url.username software.id software.name software.reference software.type
tls: cipher client.certificate client.hash.md5 client.hash.sha1 client.hash.sha256 client.issuer client.ja3 client.server_name client.subject client.x509.issuer.distinguished_name client.x509.public_key_algorithm client.x509.public_key_curve client.x509.serial_number client.x509.signature_algorithm client.x509.subject.distinguished_name client.x509.version_number curve next_protocol server.certificate server.hash.md5 server.hash.sha1 server.hash.sha256 server.issuer server.ja3s server.subject server.x509.issuer.distinguished_name server.x509.public_key_algorithm server.x509.public_key_curve server.x509.serial_number server.x509.signature_algorithm server.x509.subject.distinguished_name server.x509.version_number version version_protocol
trace: id
transaction: id
url: domain extension fragment password query registered_domain scheme subdomain top_level_domain username
user: changes.domain changes.email changes.full_name changes.group.domain changes.group.id changes.group.name changes.hash changes.id changes.name domain effective.domain effective.email effective.full_name effective.group.domain effective.group.id effective.group.name effective.hash effective.id effective.name email full_name group.domain group.id group.name hash id name target.domain target.email target.full_name target.group.domain target.group.id target.group.name target.hash target.id target.name
user_agent: device.name name original os.family os.full os.kernel os.name os.platform os.type os.version version
vulnerability: classification description enumeration id reference report_id scanner.vendor score.version severity status
# keyword array
client: user.roles
container: image.hash.all image.tag
destination: user.roles
dns: header_flags
email: bcc.address cc.address from.address reply_to.address to.address
event: category type
file: attributes x509.alternative_names x509.issuer.common_name x509.issuer.country x509.issuer.locality x509.issuer.organization x509.issuer.organizational_unit x509.issuer.state_or_province x509.subject.common_name x509.subject.country x509.subject.locality x509.subject.organization x509.subject.organizational_unit x509.subject.state_or_province
host: mac target.mac
observer: mac
orchestrator: resource.annotation resource.label
process: args env_vars parent.args parent.thread.capabilities.effective parent.thread.capabilities.permitted thread.capabilities.effective thread.capabilities.permitted
related: hash hosts user
rule: author
server: user.roles
service: node.roles origin.node.roles target.node.roles
source: user.roles
tags
threat: group.alias indicator.id software.alias software.platforms tactic.id tactic.name tactic.reference technique.id technique.name technique.reference technique.subtechnique.id technique.subtechnique.name technique.subtechnique.reference
tls: client.certificate_chain client.supported_ciphers client.x509.alternative_names client.x509.issuer.common_name client.x509.issuer.country client.x509.issuer.locality client.x509.issuer.organization client.x509.issuer.organizational_unit client.x509.issuer.state_or_province client.x509.subject.common_name client.x509.subject.country client.x509.subject.locality client.x509.subject.organization client.x509.subject.organizational_unit client.x509.subject.state_or_province server.certificate_chain server.x509.alternative_names server.x509.issuer.common_name server.x509.issuer.country server.x509.issuer.locality server.x509.issuer.organization server.x509.issuer.organizational_unit server.x509.issuer.state_or_province server.x509.subject.common_name server.x509.subject.country server.x509.subject.locality server.x509.subject.organization server.x509.subject.organizational_unit server.x509.subject.state_or_province
user: changes.roles effective.roles roles target.roles
vulnerability: category
# long
client: as.number bytes nat.port packets port
container: disk.read.bytes disk.write.bytes network.egress.bytes network.ingress.bytes
destination: as.number bytes nat.port packets port
dns: answers.ttl
email: attachments.file.size
event: duration sequence severity
file: size x509.public_key_exponent x509.public_key_size
host: disk.read.bytes disk.write.bytes network.egress.bytes network.egress.packets network.ingress.bytes network.ingress.packets target.disk.read.bytes target.disk.write.bytes target.network.egress.bytes target.network.egress.packets target.network.ingress.bytes target.network.ingress.packets target.uptime uptime
http: request.body.bytes request.bytes response.body.bytes response.bytes response.status_code
log: origin.file.line syslog.facility.code syslog.priority syslog.severity.code
network: bytes packets
package: size
process: args_count exit_code io.bytes_skipped.length io.bytes_skipped.offset io.total_bytes_captured io.total_bytes_skipped parent.args_count parent.exit_code parent.pid parent.thread.id parent.tty.char_device.major parent.tty.char_device.minor parent.uptime parent.vpid pid thread.id tty.char_device.major tty.char_device.minor tty.columns tty.rows uptime vpid
server: as.number bytes nat.port packets port
source: as.number bytes nat.port packets port
threat: indicator.as.number indicator.port indicator.scanner_stats indicator.sightings indicator.url.port
tls: client.x509.public_key_exponent client.x509.public_key_size server.x509.public_key_exponent server.x509.public_key_size
url: port
# match_only_text
error: message
message
# nested array
email: attachments
# object
container: labels
labels
log: syslog
network: inner
observer: egress ingress
process: io parent.tty tty
# object array
dns: answers
process: io.bytes_skipped
# scaled_float
container: cpu.usage memory.usage
host: cpu.usage target.cpu.usage
# wildcard
email: message_id
error: stack_trace
http: request.body.content response.body.content
process: command_line io.text parent.command_line
threat: indicator.url.full indicator.url.original indicator.url.path
url: full original path
# wildcard array
registry: data.strings
`;

/** Every ECS field that we know of, by its full name. */
export const ecsFields: ReadonlyMap<string, FieldType> = read();

function read(): Map<string, FieldType> {
  const fields = new Map<string, FieldType>();
  let current: FieldType = { type: "keyword", array: false };
  for (const line of text.trim().split("\n")) {
    if (line.startsWith("#")) {
      const [, type = "", array] = line.split(" ");
      current = { type, array: array === "array" };
      continue;
    }
    const [top = "", names] = line.split(": ");
    if (names === undefined) fields.set(top, current);
    else for (const name of names.split(" ")) fields.set(`${top}.${name}`, current);
  }
  return fields;
}
