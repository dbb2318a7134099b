import { palette } from "../../../src/lib/chart.ts";

/** The page's only style sheet. Colours as in the report; light on dark where the reader's system asks for it. */
export const style = `
:root { color-scheme: light; --ink: ${palette.ink}; --muted: ${palette.muted}; --line: #dde3e7; --paper: #f4f6f5;
  --card: ${palette.white}; --accent: ${palette.accent}; --soft: ${palette.band}; --bad: ${palette.levels.high}; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main, .band > div { max-width: 1120px; margin: 0 auto; padding: 0 28px; }
a { color: var(--accent); text-underline-offset: 3px; }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
h1, h2, h3, p { margin: 0; }
h2 { font-size: 20px; margin: 44px 0 14px; }
.band { background: var(--accent); color: #fff; padding: 34px 0 92px; }
.band.bad { background: var(--bad); }
.brand { display: flex; align-items: center; gap: 10px; font-weight: 600; letter-spacing: .01em; }
.brand span { font-weight: 400; opacity: .85; margin-left: auto; font-size: 14px; }
.band h1 { font-size: 34px; line-height: 1.2; margin: 26px 0 10px; max-width: 22em; text-wrap: balance; }
.band p:not(.brand) { max-width: 46em; opacity: .94; }
.band ul { margin: 10px 0 0; padding-left: 20px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px 22px; }
.figures { display: grid; grid-template-columns: repeat(6, 1fr); margin-top: -58px; padding: 0; overflow: hidden; box-shadow: 0 8px 24px rgb(20 40 40 / .08); }
.figures div { padding: 20px 20px 18px; border-left: 1px solid var(--line); }
.figures div:first-child { border-left: 0; }
.figures dt { font-size: 14px; color: var(--muted); }
.figures dd { margin: 2px 0 0; font-size: 28px; font-weight: 650; font-variant-numeric: tabular-nums; line-height: 1.2; }
.figures small { display: block; font-size: 13px; font-weight: 400; color: var(--muted); margin-top: 2px; }
.figures .wrong dd { color: var(--bad); }
.alerts { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; }
.alert { display: flex; flex-direction: column; gap: 10px; }
.alert h3 { font-size: 17px; line-height: 1.35; text-wrap: pretty; }
.top { display: flex; gap: 10px; align-items: center; font-size: 14px; color: var(--muted); }
.pill { background: var(--level); color: var(--on); border-radius: 99px; padding: 1px 10px; font-size: 13px; font-weight: 600; }
.critical { --level: ${palette.levels.critical}; --on: #fff; } .high { --level: ${palette.levels.high}; --on: #fff; }
.medium { --level: ${palette.levels.medium}; --on: #1b1004; } .low { --level: ${palette.levels.low}; --on: #2b1a00; }
.informational { --level: ${palette.levels.informational}; --on: #2b1a00; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 0; font-size: 14.5px; }
.facts dt { color: var(--muted); } .facts dd { margin: 0; overflow-wrap: anywhere; }
.todo { font-size: 14.5px; background: var(--soft); border-radius: 8px; padding: 8px 12px; }
details { font-size: 14px; } summary { cursor: pointer; color: var(--accent); }
code.line { display: block; margin-top: 6px; padding: 7px 10px; background: var(--paper); border-radius: 6px; font-size: 12px; line-height: 1.5; overflow-wrap: anywhere; }
.links { margin-top: auto; display: flex; gap: 18px; font-size: 14.5px; font-weight: 550; }
.report { display: flex; gap: 22px; align-items: center; }
.report .sheet { flex: none; width: 54px; height: 70px; border: 1.5px solid var(--accent); border-radius: 5px; padding: 10px 8px; display: grid; gap: 6px; align-content: start; }
.sheet i { height: 4px; background: var(--accent); opacity: .35; border-radius: 2px; } .sheet i:first-child { opacity: 1; width: 70%; }
.sheet i:last-child { height: 14px; }
.report h3 { font-size: 18px; } .report p { color: var(--muted); font-size: 15px; }
.button { margin-left: auto; flex: none; background: var(--accent); color: #fff; text-decoration: none; padding: 10px 18px; border-radius: 8px; font-weight: 600; }
.chart svg { display: block; width: 100%; min-width: 640px; height: auto; } .chart .note { position: sticky; left: 0; }
.note { color: var(--muted); font-size: 14.5px; margin-top: 10px; }
table { width: 100%; border-collapse: collapse; font-size: 15px; }
th { text-align: left; font-weight: 600; color: var(--muted); font-size: 14px; }
th, td { padding: 9px 12px 9px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; padding-right: 28px; }
.wide, .chart { overflow-x: auto; } .wide code { white-space: nowrap; }
code { font: 13.5px ui-monospace, "DejaVu Sans Mono", monospace; }
ol.story { margin: 0; padding-left: 22px; } ol.story li { padding: 3px 0; }
footer { margin: 44px 0 40px; color: var(--muted); font-size: 14px; }
@media (max-width: 860px) { .figures { grid-template-columns: repeat(3, 1fr); } .alerts { grid-template-columns: 1fr; }
  .figures div:nth-child(4) { border-left: 0; } .figures div:nth-child(n+4) { border-top: 1px solid var(--line); } }
@media (max-width: 520px) { .figures { grid-template-columns: 1fr 1fr; } .figures div { border-left: 0; border-top: 1px solid var(--line); }
  .report { flex-wrap: wrap; } .button { margin-left: 0; } .band h1 { font-size: 27px; } }
@media (prefers-color-scheme: dark) { :root { color-scheme: dark; --ink: #e8edee; --muted: #a3afb5; --line: #303a3f; --paper: #14191b;
  --card: #1c2326; --accent: #7cc4bb; --soft: #223031; --bad: #e08a73; }
  .band { background: #17433f; } .band.bad { background: #6d2413; } .button { color: #0d1f1d; }
  .chart svg { background: #fff; border-radius: 8px; padding: 8px; } }
@media print { .band { color: #000; background: none; } .figures { margin-top: 0; } }
`;
