import type { estypes } from "@elastic/elasticsearch";
import type { Filter } from "./filter.ts";

export type Query = estypes.QueryDslQueryContainer;

/** Elasticsearch takes at most 65,536 values in one `terms` query. */
const termsLimit = 60_000;

/** The Elasticsearch query of a filter: term-level queries only, so no value is ever parsed as a query. */
export function queryOf(filter: Filter): Query {
  switch (filter.op) {
    case "all":
      return { bool: { filter: filter.of.map(queryOf) } };
    case "any":
      return { bool: { should: filter.of.map(queryOf), minimum_should_match: 1 } };
    case "not":
      return { bool: { must_not: [queryOf(filter.of)] } };
    case "exists":
      return { exists: { field: filter.field } };
    case "is":
      return { term: { [filter.field]: { value: filter.value, ...folding(filter) } } };
    case "in":
      // On a field of type ip a term may be an address block.
      return oneOf(filter.field, [...filter.values, ...filter.blocks]);
    case "range":
      return { range: { [filter.field]: filter.bounds } };
    case "cidr":
      // A term query on a field of type ip takes an address block.
      return { term: { [filter.field]: { value: filter.value } } };
    case "wildcard":
      return {
        wildcard: { [filter.field]: { value: escapeWildcard(filter.value), ...folding(filter) } },
      };
  }
}

/** `field` has one of `values`, whatever their number. */
export function oneOf(field: string, values: readonly (string | number | boolean)[]): Query {
  if (values.length <= termsLimit) return { terms: { [field]: [...values] } };
  const should: Query[] = [];
  for (let from = 0; from < values.length; from += termsLimit) {
    should.push({ terms: { [field]: values.slice(from, from + termsLimit) } });
  }
  return { bool: { should, minimum_should_match: 1 } };
}

const folding = ({ fold }: { fold?: true }) => (fold ? { case_insensitive: true } : {});

/** Lucene reads a backslash as an escape; in our rules it is a character like any other. */
const escapeWildcard = (text: string) => text.replaceAll("\\", "\\\\");
