/** What a field map asks of a field beyond equality and existence. */
type Asked = "range" | "cidr" | "pattern";

const numbers = [
  "byte",
  "double",
  "float",
  "half_float",
  "integer",
  "long",
  "scaled_float",
  "short",
];
const texts = ["constant_keyword", "flattened", "keyword", "match_only_text", "text", "wildcard"];

const fits: Record<Asked, { types: readonly string[]; what: string }> = {
  range: {
    types: [...numbers, "date", "unsigned_long"],
    what: "gte, gt, lte and lt compare numbers and dates",
  },
  cidr: { types: ["ip"], what: "address blocks are for addresses" },
  pattern: { types: texts, what: "wildcard and ignore_case are for texts" },
};

/**
 * Why a field of this mapping type cannot be asked so; undefined where it can, or where the type is not known. The
 * server would compare digits as letters, find nothing or refuse the search.
 */
export function misfit(asked: Asked, field: string, type: string | undefined): string | undefined {
  const { types, what } = fits[asked];
  return type === undefined || types.includes(type) ? undefined : `${what}: ${field} is ${type}`;
}
