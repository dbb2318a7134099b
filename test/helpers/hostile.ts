/** Beginnings after which a format's parser is deep in its work, each with a unit to repeat. */
export const hostileLines: Readonly<
  Record<string, readonly (readonly [start: string, unit: string])[]>
> = {
  "apache.access": [
    ["", " "],
    ["", '"'],
    ["", "["],
    ["", '] "'],
    ['192.0.2.7 - - [22/Nov/2026:10:00:00 +0100] "', "\\"],
    ['192.0.2.7 - - [22/Nov/2026:10:00:00 +0100] "', '\\"'],
    ['192.0.2.7 - - [22/Nov/2026:10:00:00 +0100] "GET /', "%C3%A9"],
    ['192.0.2.7 - - [22/Nov/2026:10:00:00 +0100] "GET /', '" 200 '],
    ['192.0.2.7 - - [22/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "', 'a" "'],
    ["192.0.2.7 - ", "a "],
  ],
  "apache.error": [
    ["[Sun Nov 22 10:00:00.123456 2026] [core:error] [pid 1:tid 2]", " [client 192.0.2.7:1]"],
    ["[Sun Nov 22 10:00:00.123456 2026] [core:error] [pid 1:tid 2] (2)", ": [client "],
    ["[Sun Nov 22 10:00:00.123456 2026] [core:error] ", ", referer: "],
    ["[Sun Nov 22 10:00:00.123456 2026] [core:error] ", "File does not exist: "],
  ],
  "nginx.access": [
    ["", "192.0.2.7, "],
    ["", " - "],
    ['192.0.2.7 - - [22/Nov/2026:10:00:00 +0100] "GET / HTTP/1.1" 200 5 "-" "-" "', "10.0.0.1, "],
  ],
  "nginx.error": [
    ["2026/11/22 10:00:00 [error] 1#2: *3 ", ', client: 192.0.2.7, server: x, request: "'],
    ['2026/11/22 10:00:00 [error] 1#2: *3 open() "', '", host: "'],
    ['2026/11/22 10:00:00 [error] 1#2: *3 x, client: 1.1.1.1, server: x, request: "', '"'],
  ],
  "system.auth": [
    ["Nov 22 10:00:00 web1 sshd[1]: Failed password for ", " from 1.2.3.4 port 22 ssh2"],
    ["Nov 22 10:00:00 web1 sshd[1]: Failed password for ", " ssh2"],
    [
      "Nov 22 10:00:00 web1 sshd[1]: Failed publickey for ",
      " from 1.2.3.4 port 2 ssh2: RSA SHA256:a ID ",
    ],
    ["Nov 22 10:00:00 web1 sshd[1]: Invalid user ", " from "],
    ["Nov 22 10:00:00 web1 sshd[1]: message repeated 5 times: [ ", "message repeated 5 times: [ "],
    ["Nov 22 10:00:00 web1 sshd[1]: Connection closed by invalid user ", " port 1"],
    [
      "Nov 22 10:00:00 web1 sshd[1]: pam_unix(sshd:auth): authentication failure; ",
      " rhost= user=",
    ],
    ["Nov 22 10:00:00 web1 sshd[1]: pam_unix(sshd:session): session opened for user ", " by "],
    ["Nov 22 10:00:00 web1 sudo: bob : ", " ; USER=root ;"],
    ["Nov 22 10:00:00 web1 sudo: bob : ", "TTY= ; PWD= ; "],
    ["Nov 22 10:00:00 web1 pkexec: bob: Executing command [USER=x]", "[CWD="],
    ["Nov 22 10:00:00 web1 useradd[1]: new user: name=", "a, UID=1"],
    ["Nov 22 10:00:00 web1 CRON[1]: (root) CMD (", "("],
    ["Nov 22 10:00:00 web1 polkitd[1]: Operator of ", "(owned by unix-user:"],
    ["Nov 22 10:00:00 ", "a["],
    ["Nov 22 10:00:00 ", " "],
  ],
  "system.syslog": [
    ["<34>1 2026-11-22T10:00:00Z h a p m ", '[a b="c"]'],
    ["<34>1 2026-11-22T10:00:00Z h a p m [a ", 'b="\\]" '],
    ['<34>1 2026-11-22T10:00:00Z h a p m [a b="', "\\"],
    ["<34>1 ", "- "],
  ],
  journald: [
    ['{"MESSAGE":"', "a"],
    ['{"MESSAGE":', "["],
  ],
  auditd: [
    ["type=USER_CMD msg=audit(1.000:1): ", "a "],
    ["type=USER_CMD msg=audit(1.000:1): ", "a='"],
    ["type=USER_CMD msg=audit(1.000:1): msg='", "a='"],
    ["type=EXECVE msg=audit(1.000:1): ", "a0=41 "],
    ["type=PROCTITLE msg=audit(1.000:1): proctitle=", "41"],
    ["", "type="],
  ],
  "windows.security": [
    ["", "<Event>"],
    ["<Event><System><EventID>4624</EventID></System><EventData>", "<Data Name='a'>b</Data>"],
    ["<Event><System><EventID>4624</EventID></System><EventData><Data Name='CommandLine'>", "&lt;"],
    ["<Event ", "a='b' "],
    ["<Event>", "&"],
    [
      "<Event><System><EventID>4728</EventID></System><EventData><Data Name='MemberName'>CN=",
      "\\41",
    ],
  ],
  "iis.access": [["", "a "]],
  json: [
    ["", "["],
    ["{", '"a":'],
    ['{"a":"', "\\u0041"],
    ["", '{"a":'],
  ],
};

/** A line of about `length` characters. */
export function hostileLine([start, unit]: readonly [string, string], length: number): string {
  return start + unit.repeat(Math.max(1, Math.floor((length - start.length) / unit.length)));
}
