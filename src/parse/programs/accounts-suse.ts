import type { Wording } from "./accounts.ts";

const creation = ["creation"];
const deletion = ["deletion"];
const change = ["user", "change"];

/* pwdutils: a sentence, ` - `, then `key=value` columns, of which `by=` is the uid of who did it. */
const user = "account=(?<user>[^,]{1,256})(?:, uid=(?<uid>\\d{1,10}))?(?:, gid=(?<gid>\\d{1,10}))?";
const group = "group=(?<group>[^,]{1,256})(?:, gid=(?<gid>\\d{1,10}))?";

const newUser = wording(`new account added - ${user}`, ["user", ...creation], "user-created");
const deletedUser = wording(`account deleted - ${user}`, ["user", ...deletion], "user-deleted");
const newGroup = wording(
  `(?:new )?group added - ${group}`,
  ["group", ...creation],
  "group-created",
);
const deletedGroup = wording(`group deleted - ${group}`, ["group", ...deletion], "group-deleted");
const member = `account=(?<user>[^,]{1,256}), ${group}`;
const added = wording(`account added to group - ${member}`, change, "group-member-added");
const removed = wording(`account removed from group - ${member}`, change);

/** What SUSE's programs write in place of shadow-utils' wordings. */
export const suseWordings: Readonly<Record<string, readonly Wording[]>> = {
  useradd: [newUser, added],
  userdel: [deletedUser, removed],
  usermod: [added, removed],
  groupadd: [newGroup],
  groupdel: [deletedGroup],
};

function wording(form: string, type: readonly string[], action?: string): Wording {
  return {
    form: new RegExp(`^${form}`),
    read: ({ user: name, uid, group: groupName, gid }) => ({
      type,
      ...(action !== undefined && { action }),
      ...(name !== undefined && {
        user: {
          name,
          ...(uid && { id: uid }),
          ...(gid && groupName === undefined && { group: { id: gid } }),
        },
      }),
      ...(groupName !== undefined && { group: { name: groupName, ...(gid && { id: gid }) } }),
    }),
  };
}
