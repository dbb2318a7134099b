import type { User } from "../../model/ecs.ts";
import type { ParsedFields } from "../format.ts";
import type { Roles } from "./ids.ts";

export type Data = Readonly<Record<string, string>>;

/** The value of a datum; undefined where Windows writes nothing. `name` is one of ours, never one of an event's. */
export function value(data: Data, name: string): string | undefined {
  return data[name];
}

const nullSid = "S-1-0-0";

/** The account that the data names `<prefix>UserName`, `<prefix>DomainName`, `<prefix>UserSid` or `<prefix>Sid`. */
function account(data: Data, prefix: string): User | undefined {
  const user: User = {};
  const name = value(data, `${prefix}UserName`);
  const domain = value(data, `${prefix}DomainName`);
  const sid = value(data, `${prefix}UserSid`) ?? value(data, `${prefix}Sid`);
  if (name !== undefined) user.name = name;
  if (domain !== undefined) user.domain = domain;
  if (sid !== undefined && sid !== nullSid) user.id = sid;
  return Object.keys(user).length > 0 ? user : undefined;
}

/** Fills `user.*` and `group.*` by the roles that an event id gives to Subject, Target and Member. */
export function addAccounts(roles: Roles, id: string, data: Data, fields: ParsedFields): void {
  const subject = account(data, "Subject");
  const target = account(data, "Target");
  switch (roles) {
    case "subject":
      if (subject) fields.user = subject;
      // 4964 reports a logon by one account of another.
      if (id === "4964" && target?.name !== undefined) addRelated(fields, subject, target);
      break;
    case "target":
      addTarget(id, target, fields);
      // Who asked for the logon is in no other field.
      if (subject?.name !== undefined) addRelated(fields, target, subject);
      break;
    case "effective":
      if (subject ?? target) fields.user = { ...subject, ...(target && { effective: target }) };
      break;
    case "account":
      // 4740 has the machine that the wrong passwords came from in the target's domain.
      if (id === "4740") {
        if (target?.domain !== undefined) {
          fields.source = { address: target.domain, domain: target.domain };
          delete target.domain;
        }
      }
      if (subject ?? target) fields.user = { ...subject, ...(target && { target }) };
      break;
    case "rename":
      fields.user = { ...subject, ...renaming(data, target) };
      break;
    case "member":
    case "group":
      addGroup(roles, data, subject, target, fields);
      break;
    case "session": {
      const name = value(data, "AccountName");
      const domain = value(data, "AccountDomain");
      if (name !== undefined) fields.user = { name, ...(domain !== undefined && { domain }) };
    }
  }
}

function addRelated(fields: ParsedFields, ...users: (User | undefined)[]): void {
  fields.related = { user: users.flatMap((user) => user?.name ?? []) };
}

/** Kerberos names a user `name@REALM`. */
function addTarget(id: string, target: User | undefined, fields: ParsedFields): void {
  if (!target) return;
  const at = id >= "4768" && id <= "4771" ? (target.name?.indexOf("@") ?? -1) : -1;
  if (at > 0 && target.name !== undefined) {
    target.domain ??= target.name.slice(at + 1);
    target.name = target.name.slice(0, at);
  }
  fields.user = target;
}

function renaming(data: Data, target: User | undefined): { target?: User; changes?: User } {
  const before = value(data, "OldTargetUserName");
  const now = value(data, "NewTargetUserName");
  return {
    ...((before ?? target) && {
      target: { ...target, ...(before !== undefined && { name: before }) },
    }),
    ...(now !== undefined && { changes: { name: now } }),
  };
}

function addGroup(
  roles: Roles,
  data: Data,
  subject: User | undefined,
  target: User | undefined,
  fields: ParsedFields,
): void {
  if (target) {
    const { name, id, domain } = target;
    fields.group = {
      ...(name !== undefined && { name }),
      ...(id !== undefined && { id }),
      ...(domain !== undefined && { domain }),
    };
  }
  const user: NonNullable<ParsedFields["user"]> = { ...subject };
  if (roles === "member") {
    const name = commonName(value(data, "MemberName") ?? "");
    const sid = value(data, "MemberSid");
    const member: User = {
      ...(name !== undefined && { name }),
      ...(sid !== undefined && sid !== nullSid && { id: sid }),
    };
    if (Object.keys(member).length > 0) user.target = member;
  }
  if (Object.keys(user).length > 0) fields.user = user;
}

/** The CN of a distinguished name (RFC 4514), its escapes undone; the text itself where it is none. */
export function commonName(text: string): string | undefined {
  if (text === "") return undefined;
  if (!/^CN=/i.test(text)) return text;
  let name = "";
  for (let i = 3; i < text.length && text[i] !== ","; i++) {
    if (text[i] === "\\" && i + 1 < text.length) {
      const hex = text.slice(i + 1, i + 3);
      if (/^[\dA-Fa-f]{2}$/.test(hex)) {
        // A row of escaped bytes is one UTF-8 text.
        const row = /^(?:\\[\dA-Fa-f]{2}){1,256}/.exec(text.slice(i, i + 768))?.[0] ?? "";
        name += Buffer.from(row.replaceAll("\\", ""), "hex").toString("utf8");
        i += row.length - 1;
        continue;
      }
      i++;
    }
    name += text[i] ?? "";
  }
  return name;
}
