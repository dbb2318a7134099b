/**
 * One Windows event, as its XML has it (Event schema of 2004/08): texts without the blanks around them, and without
 * those that say nothing (`-`, `N/A`).
 */
export interface WindowsEvent {
  /** Texts and attributes of `<System>`: `EventID`, `Provider.Name`, `TimeCreated.SystemTime` … */
  system: Record<string, string>;
  /** `<EventData>`: by `Name`, or `param1`, `param2` … where there is none; or what stands in `<UserData>`. */
  data: Record<string, string>;
  /** `<RenderingInfo>`: the texts in the words of the machine that wrote the event. */
  rendering: Record<string, string>;
  keywords: string[];
}

/** Takes an event's XML element by element. */
export interface EventBuilder {
  readonly event: WindowsEvent;
  /** False when the root element is not Event. */
  rooted(): boolean;
  /** @throws Error when elements stand deeper than in any event. */
  open(name: string, attributes: Readonly<Record<string, string>>): void;
  text(value: string): void;
  close(): void;
}

const maxDepth = 32;

/** Collects one event. Names lose their prefixes: the schema has one namespace. */
export function eventBuilder(): EventBuilder {
  const event: WindowsEvent = { system: {}, data: {}, rendering: {}, keywords: [] };
  const path: string[] = [];
  let text = "";
  let isEvent = false;
  let dataName: string | undefined;
  let unnamed = 0;
  return {
    event,
    rooted: () => isEvent,
    text(value) {
      text = text === "" ? value : text + value;
    },
    open(qualified, attributes) {
      const name = localName(qualified);
      const depth = path.push(name);
      text = "";
      if (depth > maxDepth) throw new Error(`elements more than ${maxDepth} deep`);
      if (depth === 1) {
        isEvent = name === "Event";
      } else if (depth === 3) {
        const section = path[1];
        if (section === "EventData") {
          dataName = attributes["Name"] ?? (name === "Data" ? `param${++unnamed}` : name);
        } else if (section === "System") {
          for (const key of Object.keys(attributes)) {
            put(event.system, `${name}.${localName(key)}`, attributes[key] ?? "");
          }
        }
      }
    },
    close() {
      const depth = path.length;
      const name = path[depth - 1] ?? "";
      if (depth === 3) {
        const section = path[1];
        if (section === "EventData") put(event.data, dataName ?? name, text);
        else if (section === "System") put(event.system, name, text);
        else if (section === "RenderingInfo" && name !== "Keywords") {
          put(event.rendering, name, text);
        }
      } else if (depth === 4) {
        const section = path[1];
        if (section === "UserData") put(event.data, name, text);
        else if (section === "RenderingInfo" && name === "Keyword") event.keywords.push(text);
      }
      path.pop();
      text = "";
    },
  };
}

function localName(name: string): string {
  const colon = name.indexOf(":");
  return colon < 0 ? name : name.slice(colon + 1);
}

/** Keeps what says something. `__proto__` as a name in hostile XML must not become the prototype. */
function put(target: Record<string, string>, key: string, value: string): void {
  const text = value.trim();
  if (text === "" || text === "-" || text === "N/A") return;
  target[key === "__proto__" ? "__proto__ " : key] = text;
}
