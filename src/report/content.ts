import type { Block, Title } from "./blocks.ts";
import type { Report } from "./model.ts";
import type { SectionName } from "./options.ts";
import { appendix } from "./sections/appendix.ts";
import { changes, recommendations } from "./sections/changes.ts";
import { charts } from "./sections/charts.ts";
import { checkIn } from "./sections/check-in.ts";
import { figures } from "./sections/figures.ts";
import { incidents } from "./sections/incidents.ts";
import { sources } from "./sections/sources.ts";
import { summary, titleOf } from "./sections/summary.ts";
import { tops } from "./sections/tops.ts";
import { createWording, type Wording } from "./wording.ts";

type Section = (report: Report, wording: Wording) => Block[];

const bySection: Readonly<Record<SectionName, Section>> = {
  figures,
  charts,
  top: tops,
  incidents,
  check_in: checkIn,
  sources,
  changes,
  recommendations,
};

/** All that a report says, in order: page 1, the sections that its audience chose, the appendix. */
export function contentOf(report: Report): { title: Title; blocks: Block[] } {
  const wording = createWording(report.language, report.week.timezone);
  const chosen = report.sections.map((name) => bySection[name](report, wording));
  return {
    title: titleOf(report, wording),
    blocks: [
      ...summary(report, wording),
      { kind: "page" },
      ...chosen.flat(),
      ...appendix(report, wording),
    ],
  };
}
