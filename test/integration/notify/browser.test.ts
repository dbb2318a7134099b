import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, constants, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { toHtml } from "../../../src/notify/html.ts";
import { temporaryFolder } from "../../helpers/temporary-folder.ts";
import { gallery, galleryLinks } from "./mail-gallery.ts";

const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const widths = [380, 1280];

/** Runs in the browser: says what each page turned out to be. */
const probe = `
const luminance = (colour) => {
  const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const { backgroundColor } = getComputedStyle(at);
    if (!/, 0\\)$|transparent/.test(backgroundColor)) return backgroundColor;
  }
  return "rgb(255, 255, 255)";
};
const look = (page) => {
  const told = [...page.body.querySelectorAll("*")].filter((element) => element.offsetWidth > 0 &&
    [...element.childNodes].some((node) => node.nodeType === 3 && /[^\\s\\u00a0]/.test(node.data)));
  const contrast = told.map((element) => {
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
    return { ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), text: element.textContent.slice(0, 40) };
  });
  const size = (element) => parseFloat(getComputedStyle(element).fontSize);
  return {
    width: page.documentElement.clientWidth, scroll: page.documentElement.scrollWidth,
    scripts: page.scripts.length, handlers: page.querySelectorAll("[onerror],[onload],[onclick]").length,
    links: [...page.links].map((link) => link.href), text: page.body.innerText,
    contrast: contrast.sort((a, b) => a.ratio - b.ratio)[0], smallest: Math.min(...told.map(size)),
    pictures: [...page.images].map((image) => ({ complete: image.complete, width: image.naturalWidth, alt: image.alt })),
  };
};
addEventListener("load", () => {
  const all = [...document.querySelectorAll("iframe")].map((one) => [one.title, look(one.contentDocument)]);
  document.body.textContent = btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(Object.fromEntries(all)))));
});`;

interface Seen {
  width: number;
  scroll: number;
  scripts: number;
  handlers: number;
  links: string[];
  text: string;
  contrast: { ratio: number; text: string };
  smallest: number;
  pictures: { complete: boolean; width: number; alt: string }[];
}

describe("the mail in a browser", function () {
  this.timeout(120_000);
  let seen: Record<string, Seen>;
  before(async function () {
    try {
      await access(chromium, constants.X_OK);
    } catch {
      this.skip();
    }
    seen = await look();
  });
  const at = (name: string, width: number) => {
    const found = seen[`${name} ${width}`];
    assert.ok(found, "the page was not loaded");
    return found;
  };

  for (const name of Object.keys(gallery)) {
    for (const width of widths) {
      it(`shows ${name} at ${width} px without scrolling sideways, to be read, and runs nothing`, () => {
        const page = at(name, width);
        assert.equal(page.width, width);
        assert.ok(page.scroll <= width, `${page.scroll} px wide`);
        assert.equal(page.scripts, 0);
        assert.equal(page.handlers, 0);
        for (const link of page.links) assert.ok(Object.values(galleryLinks).includes(link), link);
        // WCAG 2.2, 1.4.3: 4.5 to 1.
        assert.ok(page.contrast.ratio >= 4.5, JSON.stringify(page.contrast));
        assert.ok(page.smallest >= 11, `text of ${page.smallest} px`);
        for (const picture of page.pictures)
          assert.ok(picture.complete && picture.width > 600 && picture.alt.length > 20);
      });
    }
  }

  it("says first what to do, and leads to the events and to their dashboard", () => {
    const { text, links } = at("alert", 380);
    const places = ["SSH brute force", "WHAT TO DO", "203.0.113.5", "Open these events"].map(
      (words) => text.indexOf(words),
    );
    assert.ok(!places.includes(-1), text);
    assert.ok((places[1] ?? 0) < text.indexOf("WHO") || (places[1] ?? 0) < text.indexOf("Who"));
    assert.deepEqual(links, [galleryLinks.events, galleryLinks.dashboard]);
  });

  it("says first that the level rose, from which to which and since when", () => {
    assert.match(
      at("raised", 380).text.replace(/\s+/g, " ").trim(),
      /^HIGH → CRITICAL SSH brute force .* Was HIGH, now CRITICAL: since Thu 16 Jul 2026, 15:08:00 BST \(14:08:00 UTC\)\./,
    );
  });
});

/** Every mail of the gallery at every width, in one window: the frames give the widths exactly. */
async function look(): Promise<Record<string, Seen>> {
  await using folder = await temporaryFolder();
  const frames: string[] = [];
  for (const [name, message] of Object.entries(gallery)) {
    const { html, pictures } = toHtml(message);
    const page = pictures.reduce((text, { cid = "", content }) => {
      const data = Buffer.from(content).toString("base64");
      return text.replace(`cid:${cid}`, `data:image/png;base64,${data}`);
    }, html);
    await writeFile(join(folder.path, `${name}.html`), page);
    for (const width of widths)
      frames.push(
        `<iframe title="${name} ${width}" src="${name}.html" width="${width}" height="900" style="border:0"></iframe>`,
      );
  }
  const index = join(folder.path, "index.html");
  await writeFile(index, `<!DOCTYPE html><body>${frames.join("")}<script>${probe}</script></body>`);
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
    "--dump-dom",
    pathToFileURL(index).href,
  ];
  const options = { timeout: 100_000, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(chromium, flags, options);
  const body = /<body>([\w+/=]+)/.exec(stdout)?.[1] ?? "";
  // A cast: the probe's own object.
  return JSON.parse(Buffer.from(body, "base64").toString()) as Record<string, Seen>;
}
