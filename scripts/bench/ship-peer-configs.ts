/** Where a peer reads and writes. */
export interface PeerTask {
  url: URL;
  index: string;
  path: string;
  /** A folder of its own, which also holds its files. */
  state: string;
}

/** Another shipper, set up for Apache lines to ECS documents. */
export interface Peer {
  name: string;
  program: string;
  /** Environment variable that names another program. */
  variable: string;
  /** Debian packages. */
  packages: string;
  arguments(state: string): string[];
  /** Its files by their names in `state`. */
  files(task: PeerTask): Record<string, string>;
}

const workers = 2;
const documentsAtOnce = 2000;

/** Follows the file, takes lines apart with liblognorm, builds the document with a template. */
export const rsyslog: Peer = {
  name: "rsyslog",
  program: "/usr/sbin/rsyslogd",
  variable: "RSYSLOGD",
  packages: "rsyslog rsyslog-elasticsearch",
  arguments: (state) => ["-n", "-f", `${state}/rsyslog.conf`, "-i", `${state}/pid`],
  files: ({ url, index, path, state }) => ({
    "access.rulebase": `version=2
rule=:%ip:word% %ident:word% %user:word% [%time:char-to:]%] "%method:word% %url:word% HTTP/%version:char-to:"%" %status:number% %bytes:word% "%referrer:char-to:"%" "%agent:char-to:"%"
`,
    "rsyslog.conf": `global(workDirectory="${state}" maxMessageSize="64k")
module(load="imfile" mode="inotify")
module(load="mmnormalize")
module(load="omelasticsearch")
template(name="document" type="list") {
  constant(value="{\\"@timestamp\\":\\"") property(name="$!time")
  constant(value="\\",\\"ecs\\":{\\"version\\":\\"9.4.0\\"},\\"data_stream\\":{\\"type\\":\\"logs\\",\\"dataset\\":\\"apache.access\\",\\"namespace\\":\\"bench\\"},\\"host\\":{\\"name\\":\\"web1\\"},\\"event\\":")
  property(name="$.event")
  constant(value=",\\"log\\":") property(name="$.log")
  constant(value=",\\"source\\":") property(name="$.source")
  constant(value=",\\"http\\":") property(name="$.http")
  constant(value=",\\"url\\":") property(name="$.url")
  constant(value=",\\"user_agent\\":") property(name="$.user_agent") constant(value="}")
}
input(type="imfile" file="${path}" tag="access:" freshStartTail="off" ruleset="ship" addMetadata="on" persistStateInterval="20000")
ruleset(name="ship" queue.type="LinkedList" queue.size="100000" queue.dequeueBatchSize="${documentsAtOnce}" queue.workerThreads="${workers}" queue.timeoutShutdown="1000") {
  action(type="mmnormalize" ruleBase="${state}/access.rulebase" useRawMsg="off")
  set $.event!original = $msg;
  set $.event!dataset = "apache.access";
  set $.event!module = "apache";
  set $.event!kind = "event";
  set $.event!category = "web";
  if (cnum($!status) < 400) then { set $.event!outcome = "success"; } else { set $.event!outcome = "failure"; }
  set $.log!offset = cnum($!metadata!fileoffset);
  set $.log!file!path = $!metadata!filename;
  set $.source!address = $!ip;
  set $.source!ip = $!ip;
  set $.http!version = $!version;
  set $.http!request!method = $!method;
  if ($!referrer != "-") then { set $.http!request!referrer = $!referrer; }
  set $.http!response!status_code = cnum($!status);
  if ($!bytes != "-") then { set $.http!response!body!bytes = cnum($!bytes); }
  set $.url!original = $!url;
  set $.url!path = field($!url, 63, 1);
  if ($!url contains "?") then { set $.url!query = field($!url, 63, 2); }
  set $.user_agent!original = $!agent;
  action(type="omelasticsearch" server="${url.hostname}" serverport="${url.port}" searchIndex="${index}" searchType="" bulkmode="on" maxbytes="20m" template="document" errorfile="${state}/refused.log" action.resumeRetryCount="-1")
}
`,
  }),
};

/** Splits lines as CSV, reads the time with its date parser, formats JSON, posts bulks with its HTTP destination. */
export const syslogNg: Peer = {
  name: "syslog-ng",
  program: "/usr/sbin/syslog-ng",
  variable: "SYSLOG_NG",
  packages: "syslog-ng-core syslog-ng-mod-http",
  arguments: (state) => [
    ...["--foreground", "--no-caps", "-f", `${state}/syslog-ng.conf`],
    ...["-R", `${state}/persist`, "-p", `${state}/pid`, "-c", `${state}/control`],
  ],
  files: ({ url, index, path }) => ({
    "syslog-ng.conf": `@version: 3.38
options { stats-freq(0); keep-hostname(yes); log-msg-size(65536); on-error("silently-drop-property"); threaded(yes); log-fifo-size(200000); };
source lines { file("${path}" flags(no-parse) follow-freq(1) log-fetch-limit(10000) log-iw-size(100000)); };
parser line { csv-parser(columns("L.ip", "L.ident", "L.user", "L.time", "L.request", "L.status", "L.bytes", "L.referrer", "L.agent") delimiters(" ") quote-pairs('""[]') flags(escape-none, greedy)); };
parser request { csv-parser(columns("L.method", "L.url", "L.protocol") delimiters(" ") template("\${L.request}") flags(escape-none)); };
parser time { date-parser(format("%d/%b/%Y:%H:%M:%S %z") template("\${L.time}")); };
destination elasticsearch { http(
  url("${url.origin}/${index}/_bulk") method("POST") headers("Content-Type: application/x-ndjson")
  batch-lines(${documentsAtOnce}) batch-timeout(1000) workers(${workers}) delimiter("\\n") timeout(60) body-suffix("\\n")
  body("{\\"create\\":{}}\\n$(format-json --scope none @timestamp=$ISODATE ecs.version=9.4.0 data_stream.type=logs data_stream.dataset=apache.access data_stream.namespace=bench event.dataset=apache.access event.module=apache event.kind=event event.category=web event.outcome=$(if ('\${L.status}' lt '400') success failure) event.original=$MESSAGE host.name=web1 log.file.path=$FILE_NAME source.address=\${L.ip} source.ip=\${L.ip} http.request.method=\${L.method} http.request.referrer=\${L.referrer} http.response.status_code=int64(\${L.status}) http.response.body.bytes=int64(\${L.bytes}) url.original=\${L.url} user_agent.original=\${L.agent})")
); };
log { source(lines); parser(line); parser(request); parser(time); destination(elasticsearch); flags(flow-control); };
`,
  }),
};
