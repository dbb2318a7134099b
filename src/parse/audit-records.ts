/** What a type of audit record means in ECS. */
export interface RecordKind {
  action: string;
  category?: readonly string[];
  type?: readonly string[];
}

const authentication = ["authentication"];
const iam = ["iam"];
const info = ["info"];
const session = ["session"];
const processCategory = ["process"];

/** Record type -> ECS, with go-libaudit's names for actions (the words of Elastic's integration). */
export const recordKinds: Readonly<Record<string, RecordKind>> = {
  ADD_USER: { action: "added-user-account", category: iam, type: ["user", "creation"] },
  DEL_USER: { action: "deleted-user-account", category: iam, type: ["user", "deletion"] },
  ADD_GROUP: { action: "added-group-account-to", category: iam, type: ["group", "creation"] },
  USER_MGMT: { action: "modified-user-account", category: iam, type: ["user", "change"] },
  GRP_MGMT: { action: "modified-group-account", category: iam, type: ["group", "change"] },
  USER_CHAUTHTOK: { action: "changed-password", category: iam, type: ["user", "change"] },
  USER_AUTH: { action: "authenticated", category: authentication, type: info },
  USER_ACCT: { action: "was-authorized", category: authentication, type: info },
  CRED_ACQ: { action: "acquired-credentials", category: authentication, type: info },
  CRED_DISP: { action: "disposed-credentials", category: authentication, type: info },
  CRED_REFR: { action: "refreshed-credentials", category: authentication, type: info },
  USER_LOGIN: { action: "logged-in", category: authentication, type: ["start"] },
  USER_LOGOUT: { action: "logged-out", category: authentication, type: ["end"] },
  USER_START: { action: "started-session", category: session, type: ["start"] },
  USER_END: { action: "ended-session", category: session, type: ["end"] },
  USER_CMD: { action: "ran-command", category: processCategory, type: ["start"] },
  CRYPTO_SESSION: { action: "started-crypto-session", category: processCategory, type: info },
  SERVICE_START: { action: "started-service", category: processCategory, type: ["start"] },
  SERVICE_STOP: { action: "stopped-service", category: processCategory, type: ["end"] },
  SYSTEM_BOOT: { action: "booted-system", category: ["host"], type: info },
  SYSTEM_SHUTDOWN: { action: "shutdown-system", category: ["host"], type: info },
  SOFTWARE_UPDATE: { action: "package-updated", category: ["package"], type: info },
  SYSCALL: { action: "syscall", category: processCategory, type: info },
};

/** The kernel's own lines, and auditd for types that it does not know, name a type by its number (linux/audit.h). */
export const typeNames: Readonly<Record<string, string>> = Object.fromEntries(
  (
    "1100 USER_AUTH 1101 USER_ACCT 1102 USER_MGMT 1103 CRED_ACQ 1104 CRED_DISP 1105 USER_START 1106 USER_END " +
    "1107 USER_AVC 1108 USER_CHAUTHTOK 1109 USER_ERR 1110 CRED_REFR 1111 USYS_CONFIG 1112 USER_LOGIN " +
    "1113 USER_LOGOUT 1114 ADD_USER 1115 DEL_USER 1116 ADD_GROUP 1117 DEL_GROUP 1123 USER_CMD 1127 SYSTEM_BOOT " +
    "1128 SYSTEM_SHUTDOWN 1130 SERVICE_START 1131 SERVICE_STOP 1132 GRP_MGMT 1138 SOFTWARE_UPDATE 1300 SYSCALL " +
    "1302 PATH 1305 CONFIG_CHANGE 1306 SOCKADDR 1307 CWD 1309 EXECVE 1320 EOE 1325 NETFILTER_CFG 1326 SECCOMP " +
    "1327 PROCTITLE 1334 BPF 1400 AVC 1403 MAC_POLICY_LOAD 2404 CRYPTO_KEY_USER 2407 CRYPTO_SESSION"
  )
    .split(" ")
    .reduce<[string, string][]>((pairs, word, i, words) => {
      if (i % 2 === 0) pairs.push([word, words[i + 1] ?? word]);
      return pairs;
    }, []),
);
