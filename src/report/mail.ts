import { toPng } from "../lib/chart-png.ts";
import { palette } from "../lib/chart.ts";
import { visible } from "../lib/visible.ts";
import type { PreparedMail } from "../model/mail.ts";
import { trendScene } from "./charts.ts";
import { figureOf } from "./figures.ts";
import { escapeHtml } from "./html.ts";
import type { Report } from "./model.ts";
import type { FigureId } from "./model/figures.ts";
import { figureText } from "./sections/figures.ts";
import { titleOf } from "./sections/summary.ts";
import { verdicts } from "./verdicts.ts";
import { createWording, type Wording } from "./wording.ts";

const picture = "trend@leafwatch";

/** The figures that a mail names; the rest is in the PDF. */
const named: readonly FigureId[] = [
  "logins_worked",
  "logins_failed",
  "attackers",
  "alerts_all",
  "requests",
  "http_401",
  "http_404",
  "http_5xx",
];

/**
 * The mail that brings a report: verdict, key figures and the trend in its body, the PDF attached.
 *
 * @param audience names the readers in the mail's id: the same week is sent to them once
 */
export function reportMail(
  report: Report,
  pdf: Uint8Array,
  { audience, to }: { audience: string; to: readonly string[] },
): PreparedMail {
  const wording = createWording(report.language, report.week.timezone);
  const { word } = verdicts[report.verdict.word];
  const running = report.week.so_far ? " so far" : "";
  return {
    id: `report-${report.week.id}-${audience}`,
    subject: `Weekly log report ${report.week.id}${running}: ${word}`,
    text: textOf(report, wording),
    html: htmlOf(report, wording),
    attachments: [
      {
        filename: "trend.png",
        contentType: "image/png",
        content: toPng(trendScene(report, wording)),
        cid: picture,
      },
      {
        filename: `leafwatch-${report.week.id}.pdf`,
        contentType: "application/pdf",
        content: pdf,
      },
    ],
    to,
  };
}

function rows(report: Report, wording: Wording): { label: string; value: string; note: string }[] {
  return named.flatMap((id) => {
    const figure = figureOf(report, id);
    if (!figure) return [];
    const { label, unit, value, previous, change } = figure;
    const before = `${figureText(previous, unit, wording)} the week before`;
    const note =
      previous === null ? "" : change === null ? before : `${wording.change(change)}, ${before}`;
    return [{ label, value: figureText(value, unit, wording), note }];
  });
}

function textOf(report: Report, wording: Wording): string {
  const title = titleOf(report, wording);
  const { word } = verdicts[report.verdict.word];
  const lines = [
    `Leafwatch: ${title.title}`,
    title.subtitle,
    ...(title.soFar === undefined ? [] : [title.soFar]),
    "",
    `${word.toUpperCase()}: ${title.reason}`,
    "",
    ...report.sentences.map((sentence) => `- ${sentence}`),
    "",
    "What is asked of you:",
    ...(report.actions.length > 0
      ? report.actions.map((action, index) => `${index + 1}. ${action}`)
      : ["Nothing this week."]),
    "",
    ...rows(report, wording).map(
      ({ label, value, note }) => `${label}: ${value}${note === "" ? "" : ` (${note})`}`,
    ),
    "",
    "The whole report is attached as PDF.",
  ];
  return `${lines.map((line) => visible(line)).join("\n")}\n`;
}

function htmlOf(report: Report, wording: Wording): string {
  const title = titleOf(report, wording);
  const { colour, word, sign } = verdicts[report.verdict.word];
  const scene = trendScene(report, wording);
  const list = (tag: "ul" | "ol", items: readonly string[]) =>
    `<${tag} style="margin:4px 0 12px;padding-left:22px">${items
      .map((item) => `<li style="margin:3px 0">${escapeHtml(item)}</li>`)
      .join("")}</${tag}>`;
  const cell = `padding:4px 10px 4px 0;border-bottom:1px solid ${palette.line}`;
  const table = rows(report, wording)
    .map(
      ({ label, value, note }) =>
        `<tr><td style="${cell}">${escapeHtml(label)}</td>` +
        `<td style="${cell};text-align:right"><b>${escapeHtml(value)}</b></td>` +
        `<td style="${cell};color:${palette.muted}">${escapeHtml(note)}</td></tr>`,
    )
    .join("");
  const running =
    title.soFar === undefined
      ? ""
      : `<p style="border:1px dashed ${palette.ink};padding:6px 10px"><b>${escapeHtml(title.soFar)}</b></p>`;
  const heading = 'style="font-size:17px;margin:18px 0 4px"';
  return [
    '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">',
    `<title>${escapeHtml(title.title)}</title></head>`,
    `<body style="margin:0;background:${palette.faint}">`,
    `<div style="max-width:600px;margin:0 auto;padding:24px;background:#ffffff;color:${palette.ink};font:14px/1.5 Verdana,'DejaVu Sans',sans-serif">`,
    `<p style="margin:0;color:${palette.accent};font-size:12px"><b>LEAFWATCH · WEEKLY LOG REPORT</b></p>`,
    `<h1 style="font-size:26px;margin:2px 0">${escapeHtml(title.title)}</h1>`,
    `<p style="margin:0 0 12px;color:${palette.muted}">${escapeHtml(title.subtitle)}</p>${running}`,
    `<table role="presentation" style="border-collapse:collapse;width:100%"><tr>`,
    `<td style="background:${colour};color:#ffffff;padding:12px 16px;font-size:18px;white-space:nowrap"><b>${sign} ${word}</b></td>`,
    `<td style="background:${palette.faint};padding:12px 16px">${escapeHtml(title.reason)}</td></tr></table>`,
    list("ul", report.sentences),
    `<h2 ${heading}>What is asked of you</h2>`,
    report.actions.length > 0 ? list("ol", report.actions) : "<p>Nothing this week.</p>",
    `<h2 ${heading}>Key figures</h2>`,
    `<table style="border-collapse:collapse;width:100%">${table}</table>`,
    `<h2 ${heading}>Failed logins, eight weeks</h2>`,
    `<img src="cid:${picture}" width="${scene.width}" alt="${escapeHtml(scene.alt)}" style="max-width:100%;height:auto">`,
    "<p>The whole report is attached as PDF.</p></div></body></html>\n",
  ].join("\n");
}
