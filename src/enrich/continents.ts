const names: Readonly<Record<string, string>> = {
  AF: "Africa",
  AN: "Antarctica",
  AS: "Asia",
  EU: "Europe",
  NA: "North America",
  OC: "Oceania",
  SA: "South America",
};

/** Continent -> its countries (ISO 3166-1 alpha-2), for country data that names no continent. */
const countries: Readonly<Record<string, string>> = {
  AF: "AO BF BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW KE KM LR LS LY MA MG ML MR MU MW MZ NA NE NG RE RW SC SD SH SL SN SO SS ST SZ TD TG TN TZ UG YT ZA ZM ZW",
  AN: "AQ BV GS HM TF",
  AS: "AE AF AM AZ BD BH BN BT CC CN CX CY GE HK ID IL IN IO IQ IR JO JP KG KH KP KR KW KZ LA LB LK MM MN MO MV MY NP OM PH PK PS QA SA SG SY TH TJ TL TM TR TW UZ VN YE",
  EU: "AD AL AT AX BA BE BG BY CH CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM UA VA XK",
  NA: "AG AI AW BB BL BM BQ BS BZ CA CR CU CW DM DO GD GL GP GT HN HT JM KN KY LC MF MQ MS MX NI PA PM PR SV SX TC TT US VC VG VI",
  OC: "AS AU CK FJ FM GU KI MH MP NC NF NR NU NZ PF PG PN PW SB TK TO TV UM VU WF WS",
  SA: "AR BO BR CL CO EC FK GF GY PE PY SR UY VE",
};

const byCountry = new Map(
  Object.entries(countries).flatMap(([continent, list]) =>
    list.split(" ").map((country): [string, string] => [country, continent]),
  ),
);
const display = new Intl.DisplayNames("en", { type: "region", fallback: "none" });

/** Name and continent of a country, by its ISO code. */
export function countryFacts(code: string) {
  const continent = byCountry.get(code);
  let name: string | undefined;
  try {
    name = display.of(code);
  } catch {
    // Not of the form of a region's code: data of someone else's making.
  }
  return {
    ...(name !== undefined && { country_name: name }),
    ...(continent !== undefined && {
      continent_code: continent,
      continent_name: names[continent] ?? continent,
    }),
  };
}
