import { AppError } from "../lib/errors.ts";
import { reasonOf, type Kibana } from "./http.ts";

/** True when the space exists. The default one always does. */
export async function spaceExists(kibana: Kibana, signal: AbortSignal): Promise<boolean> {
  if (kibana.space === "default") return true;
  const path = `/api/spaces/space/${kibana.space}`;
  const { status } = await kibana.call({ method: "GET", path, everywhere: true }, signal);
  return status !== 404;
}

/** Makes the space. One that another run made a moment ago is as good. */
export async function createSpace(kibana: Kibana, signal: AbortSignal): Promise<void> {
  const { status, body } = await kibana.call(
    {
      method: "POST",
      path: "/api/spaces/space",
      everywhere: true,
      body: {
        id: kibana.space,
        name: kibana.space,
        description: "Made by leafwatch setup",
        disabledFeatures: [],
      },
    },
    signal,
  );
  if (status < 300 || status === 409) return;
  throw new AppError(
    "KIBANA_SPACE",
    `${kibana.name}: the space ${kibana.space} cannot be made (${status}): ${reasonOf(body)}`,
    { hint: "make the space in Kibana (Stack Management > Spaces) or leave kibana.space out" },
  );
}
