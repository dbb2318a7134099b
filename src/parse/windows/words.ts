/* Numbers and codes of Security events in words, as Winlogbeat's security module names them. */

/** LogonType of 4624, 4625, 4634, 4647. */
export const logonTypes: Readonly<Record<string, string>> = {
  0: "System",
  2: "Interactive",
  3: "Network",
  4: "Batch",
  5: "Service",
  7: "Unlock",
  8: "NetworkCleartext",
  9: "NewCredentials",
  10: "RemoteInteractive",
  11: "CachedInteractive",
  12: "CachedRemoteInteractive",
  13: "CachedUnlock",
};

/** NTSTATUS of a logon that failed: Status and SubStatus of 4625, Status of 4776 and 4771's kin. Keys in lower case. */
export const logonStatus: Readonly<Record<string, string>> = {
  "0x0": "Status OK.",
  "0xc000005e": "There are currently no logon servers available to service the logon request.",
  "0xc0000064": "User logon with misspelled or bad user account",
  "0xc000006a": "User logon with misspelled or bad password",
  "0xc000006d": "This is either due to a bad username or authentication information",
  "0xc000006e": "Unknown user name or bad password.",
  "0xc000006f": "User logon outside authorized hours",
  "0xc0000070": "User logon from unauthorized workstation",
  "0xc0000071": "User logon with expired password",
  "0xc0000072": "User logon to account disabled by administrator",
  "0xc00000dc": "Indicates the Sam Server was in the wrong state to perform the desired operation.",
  "0xc0000133": "Clocks between DC and other computer too far out of sync",
  "0xc000015b":
    "The user has not been granted the requested logon type (aka logon right) at this machine",
  "0xc000018c":
    "The logon request failed because the trust relationship between the primary domain and the trusted domain failed.",
  "0xc0000192": "An attempt was made to logon, but the Netlogon service was not started.",
  "0xc0000193": "User logon with expired account",
  "0xc0000224": "User is required to change password at next logon",
  "0xc0000225": "Evidently a bug in Windows and not a risk",
  "0xc0000234": "User logon with account locked",
  "0xc00002ee": "Failure Reason: An Error occurred during Logon",
  "0xc0000371":
    "The local account store does not contain secret material for the specified account",
  "0xc0000413":
    "Logon Failure: The machine you are logging on to is protected by an authentication firewall. The specified account is not allowed to authenticate to the machine.",
};

/** Message parameters (msobjs.dll) that FailureReason holds. */
export const failureReasons: Readonly<Record<string, string>> = {
  "%%2304": "An Error occurred during Logon.",
  "%%2305": "The specified user account has expired.",
  "%%2306": "The NetLogon component is not active.",
  "%%2307": "Account locked out.",
  "%%2308": "The user has not been granted the requested logon type at this machine.",
  "%%2309": "The specified account's password has expired.",
  "%%2310": "Account currently disabled.",
  "%%2311": "Account logon time restriction violation.",
  "%%2312": "User not allowed to logon at this computer.",
  "%%2313": "Unknown user name or bad password.",
  "%%2314": "Domain sid inconsistent.",
  "%%2315": "Smartcard logon is required and was not used.",
};

/** Result codes of Kerberos (RFC 4120 §7.5.9): Status of 4768 to 4771. */
export const kerberosStatus: Readonly<Record<string, string>> = {
  "0x0": "KDC_ERR_NONE",
  "0x1": "KDC_ERR_NAME_EXP",
  "0x2": "KDC_ERR_SERVICE_EXP",
  "0x3": "KDC_ERR_BAD_PVNO",
  "0x4": "KDC_ERR_C_OLD_MAST_KVNO",
  "0x5": "KDC_ERR_S_OLD_MAST_KVNO",
  "0x6": "KDC_ERR_C_PRINCIPAL_UNKNOWN",
  "0x7": "KDC_ERR_S_PRINCIPAL_UNKNOWN",
  "0x8": "KDC_ERR_PRINCIPAL_NOT_UNIQUE",
  "0x9": "KDC_ERR_NULL_KEY",
  "0xa": "KDC_ERR_CANNOT_POSTDATE",
  "0xb": "KDC_ERR_NEVER_VALID",
  "0xc": "KDC_ERR_POLICY",
  "0xd": "KDC_ERR_BADOPTION",
  "0xe": "KDC_ERR_ETYPE_NOTSUPP",
  "0xf": "KDC_ERR_SUMTYPE_NOSUPP",
  "0x10": "KDC_ERR_PADATA_TYPE_NOSUPP",
  "0x11": "KDC_ERR_TRTYPE_NO_SUPP",
  "0x12": "KDC_ERR_CLIENT_REVOKED",
  "0x13": "KDC_ERR_SERVICE_REVOKED",
  "0x14": "KDC_ERR_TGT_REVOKED",
  "0x15": "KDC_ERR_CLIENT_NOTYET",
  "0x16": "KDC_ERR_SERVICE_NOTYET",
  "0x17": "KDC_ERR_KEY_EXPIRED",
  "0x18": "KDC_ERR_PREAUTH_FAILED",
  "0x19": "KDC_ERR_PREAUTH_REQUIRED",
  "0x1a": "KDC_ERR_SERVER_NOMATCH",
  "0x1b": "KDC_ERR_MUST_USE_USER2USER",
  "0x1f": "KRB_AP_ERR_BAD_INTEGRITY",
  "0x20": "KRB_AP_ERR_TKT_EXPIRED",
  "0x21": "KRB_AP_ERR_TKT_NYV",
  "0x22": "KRB_AP_ERR_REPEAT",
  "0x23": "KRB_AP_ERR_NOT_US",
  "0x24": "KRB_AP_ERR_BADMATCH",
  "0x25": "KRB_AP_ERR_SKEW",
  "0x28": "KRB_AP_ERR_MSG_TYPE",
  "0x29": "KRB_AP_ERR_MODIFIED",
  "0x3c": "KRB_ERR_GENERIC",
};

/** TicketEncryptionType of 4768, 4769 and 4770. */
export const ticketEncryption: Readonly<Record<string, string>> = {
  "0x1": "DES-CBC-CRC",
  "0x3": "DES-CBC-MD5",
  "0x11": "AES128-CTS-HMAC-SHA1-96",
  "0x12": "AES256-CTS-HMAC-SHA1-96",
  "0x17": "RC4-HMAC",
  "0x18": "RC4-HMAC-EXP",
  "0xffffffff": "FAIL",
};

/** Well-known security identifiers (MS-DTYP §2.4.2.4): what stands in `<Security UserID>`. */
export const wellKnownSids: Readonly<Record<string, { name: string; domain?: string }>> = {
  "S-1-0-0": { name: "NULL SID" },
  "S-1-1-0": { name: "Everyone" },
  "S-1-5-7": { name: "ANONYMOUS LOGON", domain: "NT AUTHORITY" },
  "S-1-5-18": { name: "SYSTEM", domain: "NT AUTHORITY" },
  "S-1-5-19": { name: "LOCAL SERVICE", domain: "NT AUTHORITY" },
  "S-1-5-20": { name: "NETWORK SERVICE", domain: "NT AUTHORITY" },
  "S-1-5-32-544": { name: "Administrators", domain: "BUILTIN" },
  "S-1-5-32-545": { name: "Users", domain: "BUILTIN" },
  "S-1-5-32-546": { name: "Guests", domain: "BUILTIN" },
  "S-1-5-32-555": { name: "Remote Desktop Users", domain: "BUILTIN" },
};

/** Words for `System/Level` where the machine gives none. */
export const levels: Readonly<Record<string, string>> = {
  0: "information",
  1: "critical",
  2: "error",
  3: "warning",
  4: "information",
  5: "verbose",
};
