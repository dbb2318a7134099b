import type { ParsedFields } from "../format.ts";
import { suseWordings } from "./accounts-suse.ts";
import { classify, type Pattern } from "./program.ts";

const iam = ["iam"];
const userCreation = ["user", "creation"];
const userDeletion = ["user", "deletion"];
const userChange = ["user", "change"];
const groupCreation = ["group", "creation"];
const groupDeletion = ["group", "deletion"];
const groupChange = ["group", "change"];
const change = ["change"];

type User = NonNullable<ParsedFields["user"]>;
/** What one wording says. */
export interface Found {
  type: readonly string[];
  action?: string;
  user?: User;
  group?: { name: string; id?: string };
}
type Groups = Readonly<Record<string, string | undefined>>;

/** One wording: matched from the beginning, in one pass. */
export interface Wording {
  form: RegExp;
  read: (groups: Groups) => Found;
}

/* shadow-utils (useradd.c, userdel.c, usermod.c, groupadd.c, …), with the names in quotes (in old versions `so'), or bare.
   A name cannot hold a quote, a comma or a colon there. All forms start at the beginning and none has two parts that
   could share a character, so matching is linear. */
const group = ({ group: name = "", gid }: Groups) => ({ name, ...(gid && { id: gid }) });
const named = ({ user = "" }: Groups) => ({ name: user });

const newGroup: Wording = {
  form: /^(?:new group: name=|group added to \/etc\/\w{1,20}: name=)(?<group>[^,]{1,256})(?:, GID=(?<gid>\d{1,10}))?/,
  read: (groups) => ({ type: groupCreation, action: "group-created", group: group(groups) }),
};
const removedGroup: Wording = {
  form: /^(?:removed (?:shadow )?group|group|remove group|delete group) [`'](?<group>[^']{1,256})'(?: owned by .*| removed.*|$)/,
  read: (groups) => ({ type: groupDeletion, action: "group-deleted", group: group(groups) }),
};
const addedToGroup: Wording = {
  form: /^add [`'](?<user>[^']{1,256})' to (?:shadow )?group [`'](?<group>[^']{1,256})'/,
  read: (groups) => ({
    type: userChange,
    action: "group-member-added",
    user: named(groups),
    group: group(groups),
  }),
};
const removedFromGroup: Wording = {
  form: /^delete [`'](?<user>[^']{1,256})' from (?:shadow )?group [`'](?<group>[^']{1,256})'/,
  read: (groups) => ({ type: userChange, user: named(groups), group: group(groups) }),
};

const wordings: Readonly<Record<string, readonly Wording[]>> = {
  useradd: [
    {
      form: /^new (?:user|account): (?:name=)?(?<user>[^,]{1,256})(?:, UID=(?<uid>\d{1,10}))?(?:, GID=(?<gid>\d{1,10}))?/,
      read: ({ user = "", uid, gid }) => ({
        type: userCreation,
        action: "user-created",
        user: { name: user, ...(uid && { id: uid }), ...(gid && { group: { id: gid } }) },
      }),
    },
    {
      form: /^failed adding user [`'](?<user>[^']{1,256})'/,
      read: (groups) => ({ type: userCreation, action: "user-created", user: named(groups) }),
    },
    newGroup,
    addedToGroup,
  ],
  userdel: [
    {
      form: /^(?:delete user|failed deleting user|failed to delete user) [`'](?<user>[^']{1,256})'/,
      read: (groups) => ({ type: userDeletion, action: "user-deleted", user: named(groups) }),
    },
    removedGroup,
    removedFromGroup,
  ],
  usermod: [
    addedToGroup,
    removedFromGroup,
    {
      form: /^change user name [`'](?<user>[^']{1,256})' to [`'](?<changed>[^']{1,256})'/,
      read: ({ user = "", changed = "" }) => ({
        type: userChange,
        user: { name: user, changes: { name: changed } },
      }),
    },
    {
      form: /^(?:change user|lock user|unlock user|failed (?:modifying|changing) user) [`'](?<user>[^']{1,256})'/,
      read: (groups) => ({ type: userChange, user: named(groups) }),
    },
  ],
  groupadd: [
    newGroup,
    {
      form: /^failed (?:to add|adding) group [`']?(?<group>[^',]{1,256})/,
      read: (groups) => ({ type: groupCreation, action: "group-created", group: group(groups) }),
    },
  ],
  groupdel: [
    removedGroup,
    {
      form: /^failed (?:to remove|removing) group [`']?(?<group>[^',]{1,256})/,
      read: (groups) => ({ type: groupDeletion, action: "group-deleted", group: group(groups) }),
    },
  ],
  groupmod: [
    {
      form: /^group changed in \/etc\/\w{1,20} \(group (?<group>[^/,)]{1,256})(?:\/(?<gid>\d{1,10}))?/,
      read: (groups) => ({ type: groupChange, group: group(groups) }),
    },
  ],
  gpasswd: [
    {
      form: /^user (?<user>\S{1,256}) (?<verb>added|removed) by (?<actor>\S{1,256}) (?:to|from) group (?<group>\S{1,256})/,
      read: ({ user = "", verb = "", actor = "", group: name = "" }) => ({
        type: change,
        action: `group-user-${verb}`,
        user: { name: actor, target: { name: user } },
        group: { name },
      }),
    },
    {
      form: /^set (?:members|administrators) of (?<group>\S{1,256}) to /,
      read: (groups) => ({ type: groupChange, group: group(groups) }),
    },
    {
      form: /^(?:password|members|administrators) of group (?<group>\S{1,256}) (?:\w{1,20}) by (?<actor>\S{1,256})/,
      read: ({ group: name = "", actor = "" }) => ({
        type: groupChange,
        user: { name: actor },
        group: { name },
      }),
    },
  ],
  passwd: [
    {
      form: /^password for [`']?(?<user>[^`']{1,256}?)'? changed by [`']?(?<actor>[^`']{1,256}?)'?$/,
      read: ({ user = "", actor = "" }) => ({
        type: change,
        action: "password-changed",
        user: { name: actor, target: { name: user } },
      }),
    },
  ],
  chpasswd: [
    {
      form: /^password for [`']?(?<user>[^`']{1,256}?)'? changed by [`']?(?<actor>[^`']{1,256}?)'?$/,
      read: ({ user = "", actor = "" }) => ({
        type: change,
        action: "password-changed",
        user: { name: actor, target: { name: user } },
      }),
    },
  ],
  chage: [
    {
      form: /^changed password expiry for (?<user>\S{1,256})/,
      read: ({ user = "" }) => ({ type: userChange, user: { target: { name: user } } }),
    },
  ],
  chfn: [
    {
      form: /^changed user [`'](?<user>[^']{1,256})' information/,
      read: ({ user = "" }) => ({ type: userChange, user: { target: { name: user } } }),
    },
  ],
  chsh: [
    {
      form: /^changed user [`'](?<user>[^']{1,256})' shell/,
      read: ({ user = "" }) => ({ type: userChange, user: { target: { name: user } } }),
    },
  ],
};

/** What an unknown wording of these programs is about all the same. */
const otherwise: Readonly<Record<string, Found>> = {
  usermod: { type: userChange },
  groupadd: { type: groupCreation, action: "group-created" },
  groupdel: { type: groupDeletion, action: "group-deleted" },
};

/** The programs that change accounts, each with its patterns. */
export const accounts: Readonly<Record<string, readonly Pattern[]>> = Object.fromEntries(
  Object.entries(wordings).map(([program, forms]) => [
    program,
    patternsOf(program, [...forms, ...(suseWordings[program] ?? [])]),
  ]),
);

function patternsOf(program: string, forms: readonly Wording[]): readonly Pattern[] {
  const patterns: Pattern[] = forms.map(({ form, read }) => ({
    name: `${program}: ${form.source}`,
    take(body, fields) {
      const groups = form.exec(body.slice(0, 1500))?.groups;
      if (!groups) return false;
      add(read(groups), body, fields);
      return true;
    },
  }));
  const rest = otherwise[program];
  if (rest) {
    patterns.push({
      name: `${program}: any other text`,
      take(body, fields) {
        add(rest, body, fields);
        return true;
      },
    });
  }
  return patterns;
}

/** As Elastic's pipeline decides it: a text that says "fail" failed. */
function add({ type, action, user, group }: Found, body: string, fields: ParsedFields): void {
  classify(fields, {
    category: iam,
    type,
    ...(action !== undefined && { action }),
    outcome: body.includes("fail") ? "failure" : "success",
  });
  if (user) fields.user = user;
  if (group) fields.group = group;
}
