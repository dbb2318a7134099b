import { lineOf, logs, type Emit } from "./log-line.ts";
import type { Random } from "./random.ts";

/** Someone with an account in the domain. */
export interface DomainUser {
  name: string;
  /** The last part of the SID. */
  rid: number;
}

/** Where a logon comes from. */
export interface LogonFrom {
  address: string;
  workstation: string;
}

/** Writes as the Security log of dc1 does. */
export interface WindowsLog {
  /** 4624, and later 4634; `type` 2 at the machine, 3 over the network, 10 by remote desktop. */
  session(user: DomainUser, from: LogonFrom, type: 2 | 3 | 10, time: number, forMs: number): void;
  /** 4625 */
  failure(name: string, from: LogonFrom, time: number): void;
  /** 4740: `user` was locked out after wrong passwords at `workstation`. */
  lockout(user: DomainUser, workstation: string, time: number): void;
  /** 4672: the logon has an administrator's rights. */
  privileges(user: DomainUser, time: number): void;
  /** 4720 and 4732: `by` makes an account and puts it into a group. */
  newcomer(user: DomainUser, group: string, by: DomainUser, time: number): void;
  /** 1102 */
  cleared(by: DomainUser, time: number): void;
}

type Data = readonly (readonly [name: string, value: string | number])[];

const domainSid = "S-1-5-21-3623811015-3361044348-30300820";
const auditSuccess = "0x8020000000000000";
const auditFailure = "0x8010000000000000";
const machine: Data = [
  ["SubjectUserSid", "S-1-5-18"],
  ["SubjectUserName", "DC1$"],
  ["SubjectDomainName", "EXAMPLE"],
  ["SubjectLogonId", "0x3e7"],
];

/** Lines go to `emit`, in the order of the calls. */
export function createWindowsLog(random: Random, emit: Emit): WindowsLog {
  const write = (id: number, time: number, data: Data, keywords = auditSuccess) => {
    const fields = data.map(([name, value]) => `<Data Name='${name}'>${value}</Data>`).join("");
    const provider =
      "Name='Microsoft-Windows-Security-Auditing' Guid='{54849625-5478-4994-a5ba-3e3b0328c30d}'";
    const body = `<EventData>${fields}</EventData>`;
    emit(lineOf(logs.security, time, event(id, time, keywords, provider, body)));
  };
  const target = ({ name, rid }: DomainUser, sidName = "TargetUserSid"): Data => [
    [sidName, `${domainSid}-${rid}`],
    ["TargetUserName", name],
    ["TargetDomainName", "EXAMPLE"],
  ];
  const subject = ({ name, rid }: DomainUser): Data => [
    ["SubjectUserSid", `${domainSid}-${rid}`],
    ["SubjectUserName", name],
    ["SubjectDomainName", "EXAMPLE"],
    ["SubjectLogonId", hex(random.int(0x10000, 0xfffff))],
  ];
  const from = ({ workstation, address }: LogonFrom): Data => [
    ["WorkstationName", workstation],
    ["IpAddress", address],
    ["IpPort", random.int(49_152, 65_535)],
  ];
  return {
    session(user, place, type, time, forMs) {
      const logon = ["TargetLogonId", hex(random.int(0x100000, 0xffffff))] as const;
      const kind = ["LogonType", type] as const;
      write(4624, time, [...machine, ...target(user), logon, kind, ...from(place)]);
      write(4634, time + forMs, [...target(user), logon, kind]);
    },
    failure(name, place, time) {
      const who: Data = [
        ["TargetUserSid", "S-1-0-0"],
        ["TargetUserName", name],
        ["TargetDomainName", "EXAMPLE"],
        ["Status", "0xc000006d"],
        ["FailureReason", "%%2313"],
        ["SubStatus", "0xc000006a"],
        ["LogonType", 3],
      ];
      write(4625, time, [...machine, ...who, ...from(place)], auditFailure);
    },
    lockout(user, workstation, time) {
      const who: Data = [
        ["TargetUserName", user.name],
        ["TargetDomainName", workstation],
        ["TargetSid", `${domainSid}-${user.rid}`],
      ];
      write(4740, time, [...who, ...machine]);
    },
    privileges(user, time) {
      write(4672, time, [...subject(user), ["PrivilegeList", "SeSecurityPrivilege"]]);
    },
    newcomer(user, group, by, time) {
      write(4720, time, [
        ...target(user, "TargetSid"),
        ...subject(by),
        ["SamAccountName", user.name],
      ]);
      const added: Data = [
        ["MemberName", `CN=${user.name},CN=Users,DC=example,DC=org`],
        ["MemberSid", `${domainSid}-${user.rid}`],
        ["TargetUserName", group],
        ["TargetDomainName", "EXAMPLE"],
        ["TargetSid", "S-1-5-32-555"],
      ];
      write(4732, time + 4_000, [...added, ...subject(by)]);
    },
    cleared({ name, rid }, time) {
      const body =
        "<UserData><LogFileCleared xmlns='http://manifests.microsoft.com/win/2004/08/windows/eventlog'>" +
        `<SubjectUserSid>${domainSid}-${rid}</SubjectUserSid><SubjectUserName>${name}</SubjectUserName>` +
        "<SubjectDomainName>EXAMPLE</SubjectDomainName><SubjectLogonId>0x8dcdc</SubjectLogonId>" +
        "</LogFileCleared></UserData>";
      const provider =
        "Name='Microsoft-Windows-Eventlog' Guid='{fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148}'";
      emit(lineOf(logs.security, time, event(1102, time, "0x4020000000000000", provider, body)));
    },
  };
}

function event(id: number, at: number, keywords: string, provider: string, body: string): string {
  const time = Math.floor(at);
  const stamp = new Date(time)
    .toISOString()
    .replace("Z", `${String(time % 9_973).padStart(4, "0")}Z`);
  return (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>" +
    `<Provider ${provider}/><EventID>${id}</EventID><Version>0</Version><Level>0</Level>` +
    `<Task>12544</Task><Opcode>0</Opcode><Keywords>${keywords}</Keywords>` +
    `<TimeCreated SystemTime='${stamp}'/><EventRecordID>{record}</EventRecordID><Correlation/>` +
    "<Execution ProcessID='640' ThreadID='4712'/><Channel>Security</Channel>" +
    `<Computer>dc1.example.org</Computer><Security/></System>${body}</Event>`
  );
}

const hex = (value: number) => `0x${value.toString(16)}`;
