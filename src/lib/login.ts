/** The options with which a section of the config logs in. */
export interface Login {
  api_key?: string | undefined;
  username?: string | undefined;
  password?: string | undefined;
}

/** What is wrong with a login and at which key: an API key or a pair of username and password, not half of one. */
export function loginProblems(login: Login): { key: keyof Login; message: string }[] {
  const { api_key, username, password } = login;
  const problems: { key: keyof Login; message: string }[] = [];
  if (api_key !== undefined && username !== undefined) {
    problems.push({ key: "username", message: "give an api_key or a username, not both" });
  }
  if ((username === undefined) !== (password === undefined)) {
    const [given, missing] =
      username === undefined
        ? (["password", "username"] as const)
        : (["username", "password"] as const);
    problems.push({ key: missing, message: `a ${given} needs a ${missing}: they belong together` });
  }
  return problems;
}
