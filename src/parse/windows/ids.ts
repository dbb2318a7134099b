/** Which accounts and objects of an event's data fill which fields. */
export type Roles =
  /** user = Subject */
  | "subject"
  /** user = Target: who logs on */
  | "target"
  /** user = Subject, user.effective = Target */
  | "effective"
  /** user = Subject, user.target = Target */
  | "account"
  /** user = Subject, user.target = old name, user.changes = new name */
  | "rename"
  /** user = Subject, group = Target, user.target = MemberName */
  | "member"
  /** user = Subject, group = Target */
  | "group"
  /** user = AccountName, from ClientAddress */
  | "session";

/** What an event id of the Security log means in ECS. */
export interface IdMeaning {
  category: readonly string[];
  type: readonly string[];
  action: string;
  roles: Roles;
}

const table = `
1100 process end logging-service-shutdown subject
1102 iam admin,change audit-log-cleared subject
1104 iam admin logging-full subject
1105 iam admin auditlog-archieved subject
4624 authentication start logged-in target
4625 authentication start logon-failed target
4634 authentication end logged-out target
4647 authentication end logged-out target
4648 authentication start logged-in-explicit effective
4672 iam admin logged-in-special subject
4673 iam admin privileged-service-called subject
4688 process start created-process effective
4689 process end exited-process subject
4697 iam,configuration admin,change service-installed subject
4698 iam,configuration creation,admin scheduled-task-created subject
4719 iam,configuration admin,change changed-audit-config subject
4720 iam user,creation added-user-account account
4722 iam user,change enabled-user-account account
4723 iam user,change changed-password account
4724 iam user,change reset-password account
4725 iam user,deletion disabled-user-account account
4726 iam user,deletion deleted-user-account account
4727 iam group,creation added-group-account group
4728 iam group,change added-member-to-group member
4729 iam group,change removed-member-from-group member
4730 iam group,deletion deleted-group-account group
4731 iam group,creation added-group-account group
4732 iam group,change added-member-to-group member
4733 iam group,change removed-member-from-group member
4734 iam group,deletion deleted-group-account group
4735 iam group,change modified-group-account group
4737 iam group,change modified-group-account group
4738 iam user,change modified-user-account account
4740 iam user,change locked-out-user-account account
4741 iam creation,admin added-computer-account account
4742 iam change,admin changed-computer-account account
4743 iam deletion,admin deleted-computer-account account
4756 iam group,change added-member-to-group member
4757 iam group,change removed-member-from-group member
4767 iam user,change unlocked-user-account account
4768 authentication start kerberos-authentication-ticket-requested target
4769 authentication start kerberos-service-ticket-requested target
4770 authentication start kerberos-service-ticket-renewed target
4771 authentication start kerberos-preauth-failed target
4776 authentication start credential-validated target
4778 authentication,session start session-reconnected session
4779 authentication,session end session-disconnected session
4781 iam user,change renamed-user-account rename
4798 iam user,info group-membership-enumerated account
4799 iam group,info user-member-enumerated group
4964 iam admin,group logged-in-special subject
`;

/** Event id -> meaning (Winlogbeat's and the system integration's names, one misspelling kept as theirs). */
export const ids: Readonly<Record<string, IdMeaning>> = Object.fromEntries(
  table
    .trim()
    .split("\n")
    .map((row) => {
      const [id = "", category = "", type = "", action = "", roles = "subject"] = row.split(" ");
      // The last column holds the names of Roles and nothing else.
      const meaning = {
        category: category.split(","),
        type: type.split(","),
        action,
        roles: roles as Roles,
      };
      return [id, meaning];
    }),
);
