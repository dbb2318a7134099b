import { palette, toSvg } from "../lib/chart.ts";
import { visible } from "../lib/visible.ts";
import type { Block, Column, Table, Title } from "./blocks.ts";
import { contentOf } from "./content.ts";
import type { Report } from "./model.ts";
import { verdicts } from "./verdicts.ts";

/** The report as one page of HTML: its charts are in it as SVG; no script, nothing is fetched. */
export function renderHtml(report: Report): string {
  const { title, blocks } = contentOf(report);
  const name = `Leafwatch weekly report ${report.week.id}`;
  return [
    '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(name)}</title><style>${css}</style></head><body><main>`,
    header(title),
    ...blocks.map(blockHtml),
    "</main></body></html>\n",
  ].join("\n");
}

/** Log text made harmless: control and bidi characters shown as codes, HTML's own characters escaped. */
export function escapeHtml(text: string): string {
  return visible(text, 2000)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}

function header({ title, subtitle, soFar, verdict, reason }: Title): string {
  const { colour, word, sign } = verdicts[verdict];
  const running = soFar === undefined ? "" : `<p class="so-far">${escapeHtml(soFar)}</p>`;
  return (
    `<header><p class="kicker">Leafwatch · Weekly log report</p><h1>${escapeHtml(title)}</h1>` +
    `<p class="muted">${escapeHtml(subtitle)}</p>${running}` +
    `<div class="verdict"><strong style="background:${colour}">${sign} ${word}</strong>` +
    `<span>${escapeHtml(reason)}</span></div></header>`
  );
}

function blockHtml(block: Block): string {
  switch (block.kind) {
    case "heading":
      return `<h${block.level}>${escapeHtml(block.text)}</h${block.level}>`;
    case "paragraph":
      return `<p class="${block.tone ?? ""}">${escapeHtml(block.text)}</p>`;
    case "link":
      return `<p class="muted">${anchor(block.text, block.url)}</p>`;
    case "list": {
      const tag = block.ordered ? "ol" : "ul";
      const items = block.items.map((item) => `<li>${escapeHtml(item)}</li>`).join("");
      return `<${tag}>${items}</${tag}>`;
    }
    case "log":
      return `<pre>${block.lines.map(escapeHtml).join("\n")}</pre>`;
    case "tiles": {
      const tiles = block.tiles.map(
        ({ label, value, note }) =>
          `<p>${escapeHtml(label)}<b>${escapeHtml(value)}</b>${escapeHtml(note)}</p>`,
      );
      return `<div class="tiles">${tiles.join("")}</div>`;
    }
    case "charts": {
      const charts = block.charts.map(
        ({ title, scene }) =>
          `<figure><figcaption>${escapeHtml(title)}</figcaption><div class="scroll" tabindex="0">${toSvg(scene)}</div></figure>`,
      );
      return `<div class="charts">${charts.join("")}</div>`;
    }
    case "table":
      return tableHtml(block);
    case "signature": {
      const [sentence = "", ...fields] = block.lines;
      const lines = fields.map((field) => `<p class="sign"><span>${escapeHtml(field)}</span></p>`);
      return `<p>${escapeHtml(sentence)}</p>${lines.join("")}`;
    }
    case "page":
      return "<hr>";
  }
}

/** Our own links only; what follows `href=` is percent-encoded where it is made. */
function anchor(text: string, url: string): string {
  return `<a href="${escapeHtml(url)}">${escapeHtml(text)}</a>`;
}

function tableHtml({ columns, rows, empty, links }: Table): string {
  if (rows.length === 0) return `<p class="muted">${escapeHtml(empty)}</p>`;
  const head = columns
    .map((column) => cell("th", column, escapeHtml(column.title), 'scope="col"'))
    .join("");
  const body = rows.map((row, number) => {
    const url = links[number];
    const cells = columns.map((column, index) => {
      const text = row[index] ?? "";
      const shown = index === 0 && url ? anchor(text, url) : escapeHtml(text);
      return cell(index === 0 ? "th" : "td", column, shown, index === 0 ? 'scope="row"' : "");
    });
    return `<tr>${cells.join("")}</tr>`;
  });
  // On a narrow screen a wide table is moved by itself, not the page; with the keyboard too.
  const wide = columns.length > 4 ? ' class="wide"' : "";
  return `<div class="scroll" tabindex="0"><table${wide}><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table></div>`;
}

function cell(tag: "th" | "td", { align }: Column, html: string, attributes: string): string {
  const right = align === "right" ? ' class="r"' : "";
  return `<${tag}${right} ${attributes}>${html}</${tag}>`;
}

const css = `
body{margin:0;background:${palette.faint};color:${palette.ink};font:15px/1.5 "DejaVu Sans Condensed","Segoe UI",Verdana,sans-serif}
main{max-width:52rem;margin:2rem auto;padding:2.5rem 3rem;background:#fff}
h1{font-size:2.3rem;line-height:1.1;margin:.2rem 0}
h2{font-size:1.3rem;margin:2.2rem 0 .5rem}
h3{font-size:1rem;color:${palette.accent};margin:1.4rem 0 .3rem}
p{margin:.4rem 0}
hr{border:0;border-top:1px solid ${palette.line};margin:2.5rem 0}
.kicker{color:${palette.accent};font-weight:bold;text-transform:uppercase;font-size:.75rem}
.muted{color:${palette.muted};font-size:.87rem}
.strong,.so-far{font-weight:bold}
.so-far{border:1px dashed ${palette.ink};padding:.4rem .7rem}
.verdict{display:flex;align-items:stretch;background:${palette.faint};margin:1rem 0}
.verdict strong{color:#fff;font-size:1.3rem;padding:.8rem 1.4rem;white-space:nowrap}
.verdict span{padding:.9rem 1.2rem;align-self:center}
.tiles{display:flex;gap:1rem;margin:1.5rem 0;flex-wrap:wrap}
.tiles p{flex:1 1 8rem;border-top:2px solid ${palette.ink};padding-top:.3rem;margin:0;font-size:.8rem;color:${palette.muted}}
.tiles b{display:block;font-size:1.8rem;line-height:1.2;color:${palette.ink}}
.charts{display:flex;gap:1.5rem;flex-wrap:wrap}
figure{margin:.5rem 0;flex:1 1 16rem;min-width:0}
figure svg{width:100%;height:auto}
figcaption{font-weight:bold;color:${palette.accent};margin-bottom:.3rem}
table{border-collapse:collapse;width:100%;font-size:.82rem;margin:.4rem 0 1rem}
th,td{text-align:left;vertical-align:top;padding:.22rem .5rem .22rem 0;border-bottom:1px solid ${palette.line};font-weight:normal;overflow-wrap:anywhere}
thead th{color:${palette.muted};font-weight:bold;border-bottom:1.5px solid ${palette.ink};overflow-wrap:normal}
.r{text-align:right}
pre{background:${palette.faint};padding:.6rem .8rem;font-size:.72rem;white-space:pre-wrap;overflow-wrap:anywhere}
.sign{border-bottom:1px solid ${palette.ink};max-width:24rem;margin-top:2rem}
.sign span{background:#fff;padding-right:1rem;color:${palette.muted};font-size:.85rem}
a{color:${palette.accent}}
.scroll{overflow-x:auto}
@media (max-width:40rem){
body{background:#fff}
main{margin:0;padding:1rem}
h1{font-size:1.8rem}
ul,ol{padding-left:1.3rem}
.verdict{display:block}
.verdict strong,.verdict span{display:block}
table.wide{min-width:36rem}
figure svg{min-width:23rem}
}
@media print{body{background:#fff}main{margin:0;padding:0}}
`;
