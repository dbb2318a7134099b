/** A value of MaxMind's data section; whole numbers become uint32, others double. */
type Value = string | number | readonly Value[] | { readonly [name: string]: Value };

interface Node {
  sides: [Node | number | undefined, Node | number | undefined];
}

/**
 * The bytes of a small MMDB file (MaxMind DB file format specification 2.0, records of 32 bits).
 *
 * @param networks CIDR of the file's own kind -> record.
 */
export function mmdb(ipVersion: 4 | 6, networks: Readonly<Record<string, Value>>): Buffer {
  const root: Node = { sides: [undefined, undefined] };
  const records: Buffer[] = [];
  for (const [network, record] of Object.entries(networks)) {
    insert(
      root,
      bitsOf(network, ipVersion),
      records.reduce((sum, { length }) => sum + length, 0),
    );
    records.push(encode(record));
  }
  const nodes: Node[] = [];
  number(root, nodes);
  const places = new Map(nodes.map((node, i) => [node, i]));
  const tree = Buffer.alloc(nodes.length * 8);
  nodes.forEach(({ sides }, i) => {
    sides.forEach((side, bit) => {
      // A leaf points behind the tree and the 16 bytes that separate it from the data; the count itself means nothing.
      const value =
        side === undefined
          ? nodes.length
          : typeof side === "number"
            ? nodes.length + 16 + side
            : (places.get(side) ?? 0);
      tree.writeUInt32BE(value, i * 8 + bit * 4);
    });
  });
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_790_000_000,
    database_type: "Test",
    description: { en: "made for a test" },
    ip_version: ipVersion,
    languages: ["en"],
    node_count: nodes.length,
    record_size: 32,
  });
  const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from("MaxMind.com")]);
  return Buffer.concat([tree, Buffer.alloc(16), ...records, marker, metadata]);
}

function number(node: Node, into: Node[]): void {
  into.push(node);
  for (const side of node.sides) if (typeof side === "object") number(side, into);
}

function insert(root: Node, bits: readonly number[], leaf: number): void {
  let node = root;
  bits.forEach((bit, i) => {
    if (i === bits.length - 1) {
      node.sides[bit] = leaf;
      return;
    }
    const next = node.sides[bit];
    const child: Node = typeof next === "object" ? next : { sides: [undefined, undefined] };
    node.sides[bit] = child;
    node = child;
  });
}

function bitsOf(network: string, ipVersion: 4 | 6): number[] {
  const [address = "", length = ""] = network.split("/");
  const bytes = address.includes(":") ? ipv6(address) : address.split(".").map(Number);
  // IPv4 networks lie in ::/96 of a file for both.
  const whole =
    ipVersion === 6 && bytes.length === 4 ? [...Array<number>(12).fill(0), ...bytes] : bytes;
  const bits = whole.flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> (7 - i)) & 1));
  return bits.slice(0, Number(length) + whole.length * 8 - bytes.length * 8);
}

function ipv6(address: string): number[] {
  const [head = "", tail = ""] = address.split("::");
  const words = (text: string) =>
    text === "" ? [] : text.split(":").map((word) => parseInt(word, 16));
  const [first, last] = [words(head), words(tail)];
  const all = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  return all.flatMap((word) => [word >> 8, word & 0xff]);
}

function encode(value: Value): Buffer {
  if (typeof value === "string") {
    const bytes = Buffer.from(value);
    return Buffer.concat([control(2, bytes.length), bytes]);
  }
  if (typeof value === "number") {
    const isWhole = Number.isInteger(value) && value >= 0;
    const bytes = Buffer.alloc(isWhole ? 4 : 8);
    if (isWhole) bytes.writeUInt32BE(value);
    else bytes.writeDoubleBE(value);
    return Buffer.concat([control(isWhole ? 6 : 3, bytes.length), bytes]);
  }
  if (Array.isArray(value)) {
    const items = value as readonly Value[];
    return Buffer.concat([control(11, items.length), ...items.map(encode)]);
  }
  const members = Object.entries(value as Readonly<Record<string, Value>>);
  return Buffer.concat([
    control(7, members.length),
    ...members.flatMap(([name, one]) => [encode(name), encode(one)]),
  ]);
}

/** Type and size (up to 284); types above 7 stand in a second byte. */
function control(type: number, size: number): Buffer {
  const low = Math.min(size, 29);
  const bytes = type > 7 ? [low, type - 7] : [(type << 5) | low];
  return Buffer.from(size < 29 ? bytes : [...bytes, size - 29]);
}
