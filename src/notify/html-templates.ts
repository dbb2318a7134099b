/*
 * Templates for eta, which escapes all that `<%= %>` puts in. Mail programs know tables and inline styles; the style
 * element only refines (phones, dark screens). No picture is needed to understand anything.
 */

/** A word on its colour: `badge`, `colour` and `ink` of the variable `of`. */
const badge = (of: string) =>
  `<span style="display:inline-block;background:<%= ${of}.colour %>;color:<%= ${of}.ink %>;font-size:12px;font-weight:700;letter-spacing:.06em;padding:3px 10px;border-radius:4px;"><%= ${of}.badge %></span>`;

/** The page around every mail: `it.title`, `it.preview`, `it.colour`, `it.badge`, `it.ink`, `it.was`, `it.body` (HTML). */
export const frame = `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light">
<meta name="supported-color-schemes" content="light">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no, url=no">
<meta name="x-apple-disable-message-reformatting">
<title><%= it.title %></title>
<style>
a { color: #1e5c57; }
@media (max-width: 480px) {
  .outer { padding: 0 !important; }
  .card { border-radius: 0 !important; border-left: 0 !important; border-right: 0 !important; }
  .pad { padding-left: 18px !important; padding-right: 18px !important; }
  .fact-label { display: block !important; width: auto !important; padding: 9px 0 0 0 !important; line-height: 1.4 !important; }
  .fact-value { display: block !important; padding: 0 0 9px 0 !important; border: 0 !important; }
  .figure { padding-right: 22px !important; }
  .figure b { font-size: 22px !important; }
}
</style>
</head>
<body style="margin:0;padding:0;background:#eef1f3;-webkit-text-size-adjust:100%;">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all;"><%= it.preview %></div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#eef1f3;">
<tr><td class="outer" align="center" style="padding:28px 12px;">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:640px;background:#ffffff;border:1px solid #dbe1e5;border-radius:8px;border-collapse:separate;overflow:hidden;font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;font-size:15px;line-height:1.5;color:#1b2329;text-align:left;">
<tr><td style="height:6px;line-height:6px;font-size:0;background:<%= it.colour %>;">&nbsp;</td></tr>
<tr><td class="pad" style="padding:26px 32px 6px 32px;">
<p style="margin:0 0 12px 0;"><% if (it.was) { %>${badge("it.was")} <span style="color:#56616b;">&rarr;</span> <% } %>${badge("it")}</p>
<h1 style="margin:0 0 10px 0;font-size:22px;line-height:1.3;font-weight:650;color:#1b2329;overflow-wrap:anywhere;word-break:break-word;"><%= it.title %></h1>
</td></tr>
<%~ it.body %>
<tr><td class="pad" style="padding:18px 32px 24px 32px;border-top:1px solid #e6eaed;background:#f8f9fa;font-size:12px;line-height:1.6;color:#56616b;overflow-wrap:anywhere;">
<% for (const [label, value] of it.footer) { %><div><%= label %> <span style="font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;"><%= value %></span></div>
<% } %><div>Sent by Leafwatch. Answers to this mail are read by nobody.</div>
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;

/** A value of `timed` in html.ts, by the name of the variable that holds it. */
const timed = (name: string) =>
  `<%= ${name}.text %><% if (${name}.time !== "") { %><span style="white-space:nowrap;"><%= ${name}.time %></span><% } %>`;
const heading =
  "margin:0 0 8px 0;font-size:12px;line-height:1.4;font-weight:700;letter-spacing:.06em;text-transform:uppercase;color:#56616b;";
const section = 'class="pad" style="padding:18px 32px 6px 32px;"';
const mono = "font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;";

/** One alert: `it.sheet`, `it.opening`, `it.figures`, `it.chart` (a Content-ID or undefined), `it.recovered`, `it.colour`. */
export const alert = `<tr><td class="pad" style="padding:6px 32px 4px 32px;">
<% if (it.opening.text !== "") { %><p style="margin:0 0 14px 0;font-size:16px;<%= it.strong ? "font-weight:600;color:#1b2329;" : "color:#3a444c;" %>">${timed("it.opening")}</p>
<% } %><table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<% for (const [value, label] of it.figures) { %><td class="figure" valign="top" style="padding:0 30px 0 0;"><b style="display:block;font-size:26px;line-height:1.15;font-weight:650;color:#1b2329;"><%= value %></b><span style="font-size:12px;color:#56616b;"><%= label %></span></td>
<% } %></tr></table>
</td></tr>
<% if (it.sheet.respond !== undefined && !it.recovered) { %><tr><td class="pad" style="padding:18px 32px 2px 32px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td style="padding:13px 16px;background:#eef5f3;border-left:4px solid #1e5c57;">
<p style="margin:0 0 3px 0;font-size:12px;font-weight:700;letter-spacing:.06em;text-transform:uppercase;color:#1e5c57;">What to do</p>
<% for (const line of it.sheet.respond) { %><p style="margin:0;"><%= line %></p>
<% } %></td></tr></table>
</td></tr>
<% } %><tr><td class="pad" style="padding:16px 32px 4px 32px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<% for (const [label, value] of it.sheet.facts) { %><tr><td class="fact-label" valign="top" style="width:104px;padding:7px 12px 7px 0;border-top:1px solid #e6eaed;color:#56616b;font-size:13px;line-height:1.7;"><%= label %></td><td class="fact-value" valign="top" style="padding:7px 0;border-top:1px solid #e6eaed;overflow-wrap:anywhere;word-break:break-word;">${timed("value")}</td></tr>
<% } %></table>
</td></tr>
<% if (it.sheet.links !== undefined) { %><tr><td class="pad" style="padding:12px 32px 6px 32px;">
<a href="<%= it.sheet.links.events %>" style="display:inline-block;background:#1e5c57;color:#ffffff;text-decoration:none;font-weight:600;padding:10px 18px;margin:0 14px 8px 0;border-radius:5px;">Open these events in Kibana</a>
<a href="<%= it.sheet.links.dashboard %>" style="display:inline-block;padding:10px 0;color:#1e5c57;">Open the dashboard</a>
</td></tr>
<% } %><% if (!it.recovered) { %><tr><td ${section}>
<h2 style="${heading}">Seen it?</h2>
<p style="margin:0 0 6px 0;color:#3a444c;">Say so, and reminders stop:</p>
<p style="margin:0;padding:9px 12px;background:#f4f6f7;border:1px solid #e0e5e8;border-radius:5px;${mono}font-size:13px;overflow-wrap:anywhere;word-break:break-word;"><%= it.sheet.acknowledge %></p>
</td></tr>
<% } %><% if (it.chart !== undefined) { %><tr><td ${section}>
<h2 style="${heading}">The 24 hours up to the alert</h2>
<img src="cid:<%= it.chart.cid %>" alt="<%= it.chart.alt %>" width="520" style="display:block;width:100%;max-width:520px;height:auto;border:0;font-size:13px;line-height:1.5;color:#56616b;">
<p style="margin:6px 0 0 0;font-size:13px;color:#56616b;"><%= it.chart.month %></p>
</td></tr>
<% } %><% for (const top of it.sheet.tops) { %><tr><td ${section}>
<h2 style="${heading}"><%= top.label %></h2>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<% for (const entry of top.entries) { %><tr><td valign="top" style="padding:3px 12px 5px 0;overflow-wrap:anywhere;word-break:break-word;"><%= entry.value %><div style="margin-top:2px;height:4px;line-height:4px;font-size:0;background:#bfd8d4;width:<%= entry.width %>%;border-radius:2px;">&nbsp;</div></td><td valign="top" align="right" style="padding:3px 0 5px 0;width:1%;white-space:nowrap;font-variant-numeric:tabular-nums;"><%= entry.count %></td></tr>
<% } %></table>
</td></tr>
<% } %><% if (it.sheet.lines.length > 0) { %><tr><td ${section}>
<h2 style="${heading}">Evidence</h2>
<% for (const line of it.sheet.lines) { %><div style="margin:0 0 8px 0;padding:8px 12px;background:#f4f6f7;border-left:3px solid #c9d1d7;"><div style="font-size:12px;color:#56616b;"><%= line.when %> &middot; <%= line.host %></div><div style="${mono}font-size:12.5px;line-height:1.5;overflow-wrap:anywhere;word-break:break-word;"><%= line.text %></div></div>
<% } %><p style="margin:0;font-size:12px;color:#56616b;">Raw lines as they were written; times in <%= it.sheet.zone %>. Web addresses are made harmless: [:]// stands for a colon and two slashes.</p>
</td></tr>
<% } %><% if (it.sheet.techniques.length > 0) { %><tr><td ${section}>
<h2 style="${heading}">Technique (MITRE ATT&amp;CK)</h2>
<% for (const technique of it.sheet.techniques) { %><p style="margin:0 0 4px 0;"><%= technique %></p>
<% } %></td></tr>
<% } %><tr><td style="height:16px;line-height:16px;font-size:0;">&nbsp;</td></tr>
`;

/** Many alerts in one: `it.digest`, `it.groups: { word, colour, ink, rows }[]`, `it.help`. */
export const digest = `<tr><td class="pad" style="padding:6px 32px 6px 32px;"><p style="margin:0 0 6px 0;font-size:16px;font-weight:600;"><%= it.digest.summary %></p><p style="margin:0;color:#3a444c;"><%= it.digest.reason %></p></td></tr>
<% for (const group of it.groups) { %><tr><td class="pad" style="padding:16px 32px 6px 32px;">
<p style="margin:0 0 4px 0;"><span style="display:inline-block;background:<%= group.colour %>;color:<%= group.ink %>;font-size:11px;font-weight:700;letter-spacing:.06em;padding:2px 8px;border-radius:4px;"><%= group.word %></span> <span style="color:#56616b;font-size:13px;"><%= group.rows.length %></span></p>
<table width="100%" cellpadding="0" cellspacing="0" border="0">
<% for (const row of group.rows) { %><tr><td style="padding:9px 0;border-top:1px solid #e6eaed;overflow-wrap:anywhere;word-break:break-word;"><b style="font-weight:600;"><%= row.title %></b><div style="font-size:13px;color:#3a444c;"><%= row.lead %></div><div style="font-size:12px;color:#56616b;"><%= row.span %> &middot; <span style="${mono}"><%= row.id %></span><% if (row.link !== undefined) { %> &middot; <a href="<%= row.link %>" style="color:#1e5c57;">Kibana</a><% } %></div></td></tr>
<% } %></table>
</td></tr>
<% } %><tr><td class="pad" style="padding:12px 32px 6px 32px;font-size:13px;color:#3a444c;">
<% for (const [question, answer] of it.help) { %><p style="margin:0 0 6px 0;"><%= question %> <span style="${mono}white-space:nowrap;"><%= answer %></span></p>
<% } %></td></tr>
<tr><td style="height:14px;line-height:14px;font-size:0;">&nbsp;</td></tr>
`;

/** A few sentences and a small table: `it.paragraphs`, `it.rows`. */
export const plain = `<tr><td class="pad" style="padding:8px 32px 18px 32px;">
<% for (const paragraph of it.paragraphs) { %><p style="margin:0 0 12px 0;overflow-wrap:anywhere;"><%= paragraph %></p>
<% } %><% if (it.rows.length > 0) { %><table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<% for (const [label, value] of it.rows) { %><tr><td class="fact-label" valign="top" style="width:104px;padding:7px 12px 7px 0;border-top:1px solid #e6eaed;color:#56616b;font-size:13px;line-height:1.7;"><%= label %></td><td class="fact-value" valign="top" style="padding:7px 0;border-top:1px solid #e6eaed;overflow-wrap:anywhere;">${timed("value")}</td></tr>
<% } %></table>
<% } %></td></tr>
`;
