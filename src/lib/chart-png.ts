import { createRequire } from "node:module";
import { Resvg } from "@resvg/resvg-js";
import { toSvg, type Scene } from "./chart.ts";

const require = createRequire(import.meta.url);
const fontFiles = ["DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf"].map((name) =>
  require.resolve(`dejavu-fonts-ttf/ttf/${name}`),
);

/**
 * The scene as a PNG on white, `scale` times its size in pixels (2 looks sharp on a good screen). Only our own fonts
 * are used, so that the picture is the same on every machine.
 */
export function toPng(scene: Scene, scale = 2): Buffer {
  const image = new Resvg(toSvg(scene), {
    background: "#ffffff",
    fitTo: { mode: "zoom", value: scale },
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: "DejaVu Sans Condensed" },
  });
  return Buffer.from(image.render().asPng());
}
