import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, constants, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { toHtml } from "../../../src/notify/html.ts";
import type { Message } from "../../../src/notify/message.ts";
import { describe as putIntoWords } from "../../../src/notify/sheet.ts";
import type { Notification } from "../../../src/model/notification.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { exampleAlert, exampleHistory, exampleNotification } from "../../unit/notify/examples.ts";
import { hostileAlert } from "./hostile-alert.ts";

const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Written by us at the end of the page: says what the page turned out to be. */
const probe = `<script>document.title = JSON.stringify({
  width: document.documentElement.clientWidth, scroll: document.documentElement.scrollWidth,
  scripts: document.scripts.length, handlers: document.querySelectorAll("[onerror],[onload],[onclick]").length,
  links: [...document.links].map((link) => link.href), text: document.body.innerText.length,
  pictures: [...document.images].map((image) => ({ complete: image.complete, width: image.naturalWidth, alt: image.alt })),
});</script>`;

interface Seen {
  width: number;
  scroll: number;
  scripts: number;
  handlers: number;
  links: string[];
  text: number;
  pictures: { complete: boolean; width: number; alt: string }[];
}

describe("the mail in a browser", function () {
  this.timeout(60_000);
  before(async function () {
    await access(chromium, constants.X_OK).catch(() => {
      this.skip();
    });
  });

  const pages: [string, () => Notification][] = [
    ["an ordinary alert", () => exampleNotification()],
    ["a recovery", () => exampleNotification(exampleAlert(), "recovered")],
    ["a hostile alert", () => exampleNotification(hostileAlert())],
  ];
  for (const [name, make] of pages) {
    for (const width of [380, 1280]) {
      it(`shows ${name} at ${width} px without scrolling sideways and runs nothing`, async () => {
        const seen = await look(make(), width);
        assert.equal(seen.width, width);
        assert.ok(seen.scroll <= width, `${seen.scroll} px wide`);
        assert.equal(seen.scripts, 1, "a script that is not the test's own");
        assert.equal(seen.handlers, 0);
        assert.deepEqual(seen.links, ["https://kibana.example.org/app/discover#/?_g=(a:'b')"]);
        assert.ok(seen.text > 300);
        for (const picture of seen.pictures)
          assert.ok(picture.complete && picture.width > 600 && picture.alt.length > 20);
      });
    }
  }
});

async function look(notification: Notification, width: number): Promise<Seen> {
  const context = {
    timezone: "Europe/London",
    discover: () => "https://kibana.example.org/app/discover#/?_g=(a:'b')",
  };
  const sheet = putIntoWords(notification, context, exampleHistory());
  const message: Message = {
    id: "row",
    thread: [],
    addresses: [],
    date: new Date(),
    subject: "",
    content: { kind: "alert", notification, sheet },
  };
  const { html, pictures } = toHtml(message);
  const page = pictures.reduce(
    (text, { cid = "", content }) =>
      text.replace(
        `cid:${cid}`,
        `data:image/png;base64,${Buffer.from(content).toString("base64")}`,
      ),
    html,
  );
  await using folder = await temporaryFolder();
  const file = join(folder.path, "mail.html");
  // The frame gives the width exactly; a headless window has a least width of its own.
  await writeFile(file, page.replace("</body>", `${probe}</body>`));
  const frame = join(folder.path, "frame.html");
  await writeFile(
    frame,
    `<body style="margin:0"><iframe src="mail.html" width="${width}" height="900" style="border:0" onload="document.title = document.querySelector('iframe').contentDocument.title"></iframe>`,
  );
  const flags = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--allow-file-access-from-files",
    `--user-data-dir=${join(folder.path, "profile")}`,
    "--window-size=1400,1000",
    "--virtual-time-budget=3000",
    "--dump-dom",
    pathToFileURL(frame).href,
  ];
  const { stdout } = await promisify(execFile)(chromium, flags, { timeout: 40_000 });
  const title = /<title>(.*?)<\/title>/s.exec(stdout)?.[1] ?? "";
  const text = title.replace(/&amp;/g, "&").replace(/&lt;/g, "<").replace(/&gt;/g, ">");
  // A cast: the probe's own object.
  return JSON.parse(text) as Seen;
}
