import type { Random } from "./random.ts";
import { createRandom } from "./random.ts";

/** Someone who has to log in every Thursday. */
export interface Member {
  name: string;
  /** Where the member browses from; families and the library's readers share one. */
  address: string;
  agent: string;
  /** Share of the Thursdays on which the member checks in. */
  reliability: number;
  /** Chance that a first attempt fails. */
  clumsiness: number;
}

const surnames = (
  "Abbott Ahmed Baker Barnes Bennett Brown Campbell Carter Clarke Collins Cooper Davies Edwards Evans Fisher Foster " +
  "Gibson Graham Green Hall Harris Hughes Hussain Jackson Jones Kelly Khan King Lewis Martin Mason Mills Morgan " +
  "Murphy Owen Palmer Patel Phillips Price Quinn Reid Roberts Robinson Rose Scott Shaw Singh Smith Stone Taylor " +
  "Thomas Turner Walker Ward Watson Webb White Wilson Wood Wright Young"
)
  .toLowerCase()
  .split(" ");
const initials = "abcdefghijklmnoprstvw";

/** Browsers of the members, as they name themselves. */
export const browsers = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
] as const;

/* Addresses that are set aside for documentation (RFC 5737, RFC 3849), so that no real network is shown as an attacker:
   203.0.113.0/24 and 2001:db8::/32: members; 198.51.100.0/24: strangers; 192.0.2.0/24: crawlers, staff, monitoring.
   They lie in no country: so some of those who only read pages come from real networks. */

/** Addresses with a country, those that makers of such tables give as examples. */
const abroad = [
  ...(["81.2.69.142", "81.2.69.160", "2.125.160.216", "81.2.69.192", "2.125.160.217"] as const),
  ...(["89.160.20.112", "216.160.83.56", "175.16.199.1", "202.196.224.1"] as const),
] as const;

/** Somebody from somewhere, who may be an attacker. */
export function stranger(random: Random): string {
  return `198.51.100.${random.int(40, 254)}`;
}

/** Somebody who reads pages and does no harm. */
export function publicVisitor(random: Random): string {
  return random.chance(0.5) ? random.pick(abroad) : stranger(random);
}

/** Public address behind which the library's readers sit. */
const libraryAddress = "203.0.113.250";

/** The people and machines that administer app1. */
export const staff = [
  { name: "anna", uid: 1000, address: "192.0.2.31", key: "ED25519" },
  { name: "tom", uid: 1001, address: "192.0.2.32", key: "ED25519" },
  { name: "priya", uid: 1003, address: "2001:db8:5::77", key: "ECDSA" },
] as const;

/** The account of the nightly backup. */
export const backup = { name: "backup", uid: 34, address: "192.0.2.20", key: "RSA" } as const;

/** The members of the organisation, always the same for one seed. */
export function createMembers(seed: string, count: number): Member[] {
  const random = createRandom(`${seed} members`);
  const names = new Set<string>();
  while (names.size < Math.min(count, initials.length * surnames.length)) {
    names.add(`${initials[random.int(0, initials.length - 1)] ?? ""}.${surname(random)}`);
  }
  return [...names].map((name, i) => ({
    name,
    address: homeAddress(random, i),
    agent: random.pick(browsers),
    reliability: random.chance(0.05) ? 0.45 : 0.96,
    clumsiness: random.chance(0.15) ? 0.45 : 0.08,
  }));
}

const surname = (random: Random) => surnames[random.int(0, surnames.length - 1)] ?? "";

function homeAddress(random: Random, i: number): string {
  if (i % 24 === 7) return libraryAddress;
  if (i % 5 < 2)
    return `2001:db8:${(0x1000 + i).toString(16)}::${random.int(1, 0xffff).toString(16)}`;
  return `203.0.113.${(i % 240) + 1}`;
}
