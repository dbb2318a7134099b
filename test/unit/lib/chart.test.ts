import assert from "node:assert/strict";
import fc from "fast-check";
import { barChart, stackedBars } from "../../../src/lib/chart-bars.ts";
import { heatMap } from "../../../src/lib/chart-heat.ts";
import { toPng } from "../../../src/lib/chart-png.ts";
import { trendChart } from "../../../src/lib/chart-trend.ts";
import { palette, toSvg, type Scene } from "../../../src/lib/chart.ts";

const frame = { width: 400, height: 120, unit: "events", alt: "What is seen.", format: String };

function texts(scene: Scene): string[] {
  return scene.marks.flatMap((mark) => (mark.kind === "text" ? [mark.text] : []));
}

/** Every coordinate of the scene's paths that is given absolutely. */
function coordinates(scene: Scene): number[] {
  return scene.marks.flatMap((mark) =>
    mark.kind === "text"
      ? [mark.x, mark.y]
      : (mark.d.match(/-?[\d.]+|NaN|Infinity/g) ?? []).map(Number),
  );
}

describe("charts", () => {
  it("draws bars from a zero baseline to their value", () => {
    const scene = barChart({
      ...frame,
      bars: [
        { label: "a", value: 50 },
        { label: "b", value: 100 },
      ],
    });
    const heights = scene.marks.flatMap((mark) =>
      mark.kind === "path" && mark.fill === palette.accent
        ? [Number(/v([\d.]+)/.exec(mark.d)?.[1])]
        : [],
    );
    assert.equal(heights.length, 2);
    assert.ok(Math.abs((heights[1] ?? 0) - 2 * (heights[0] ?? 0)) < 0.05);
    assert.ok(texts(scene).includes("0"), "the axis starts at zero");
    assert.ok(texts(scene).includes("100"), "the highest bar carries its number");
  });

  it("names the unit, the columns and each level that occurs", () => {
    const scene = stackedBars({
      ...frame,
      columns: ["Mon", "Tue"],
      series: [
        { name: "high", colour: "#111111", values: [1, 2] },
        { name: "low", colour: "#eeeeee", values: [0, 0] },
      ],
    });
    const seen = texts(scene);
    for (const wanted of ["events", "Mon", "Tue", "high"]) assert.ok(seen.includes(wanted), wanted);
    assert.ok(!seen.includes("low"), "a level without alerts has no place in the key");
  });

  it("leaves out sums that would touch a larger one, and keeps all where there is room", () => {
    const values = [1_200, 1_190, 1_180, 20, 1_170];
    const draw = (columns: number) =>
      texts(
        stackedBars({
          ...frame,
          columns: Array.from({ length: columns }, (_, i) => `d${i}`),
          series: [
            {
              name: "high",
              colour: "#111111",
              values: Array.from({ length: columns }, (_, i) => values[i] ?? 0),
            },
          ],
        }),
      );
    const sums = (seen: readonly string[]) => values.filter((value) => seen.includes(`${value}`));
    assert.deepEqual(sums(draw(5)), values);
    const dense = sums(draw(60));
    assert.ok(dense.includes(1_200) && !dense.includes(1_190), dense.join());
    assert.ok(dense.includes(20), "far below, it touches none");
  });

  it("breaks the line where nothing is known", () => {
    const points = [1, undefined, 3, 4].map((value, i) => ({ label: `W${i}`, value }));
    const scene = trendChart({ ...frame, points, bandLabel: "expected" });
    const line = scene.marks.find((mark) => mark.kind === "path" && mark.width === 1.6);
    assert.equal(line?.kind === "path" && (line.d.match(/M/g) ?? []).length, 2);
    assert.ok(!texts(scene).includes("expected"), "no key without a band");
  });

  it("leaves out the hours that do not exist", () => {
    const heat = (values: (number | undefined)[][]) =>
      heatMap({ ...frame, rows: ["Sun"], columns: ["0", "1"], values }).marks.length;
    assert.equal(heat([[1, 2]]) - heat([[undefined, 2]]), 1);
  });

  it("escapes hostile text", () => {
    const svg = toSvg(
      barChart({ ...frame, alt: '"><script>', bars: [{ label: "<b>&", value: 1 }] }),
    );
    assert.ok(!svg.includes("<script>") && !svg.includes("<b>"));
    assert.ok(svg.includes("&lt;b&gt;&amp;"));
  });

  it("makes a PNG of twice its size, the same bytes each time", () => {
    const scene = barChart({ ...frame, bars: [{ label: "a", value: 1 }] });
    const png = toPng(scene);
    assert.equal(png.readUInt32BE(16), 800);
    assert.deepEqual(toPng(scene), png);
  });

  it("stays inside its frame and finite, whatever the numbers", () => {
    const value = fc.oneof(fc.constant(0), fc.nat(), fc.double({ min: 0, max: 1e15, noNaN: true }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), (values) => {
        const labels = values.map((_, i) => `n${i}`);
        const bars = labels.map((label, i) => ({ label, value: values[i] ?? 0 }));
        const series = [{ name: "s", colour: "#000000", values }];
        for (const scene of [
          barChart({ ...frame, bars }),
          stackedBars({ ...frame, columns: labels, series }),
          trendChart({ ...frame, points: bars, bandLabel: "band" }),
          heatMap({ ...frame, rows: ["r"], columns: labels, values: [values] }),
        ]) {
          for (const at of coordinates(scene)) {
            assert.ok(Number.isFinite(at) && Math.abs(at) <= 500, String(at));
          }
        }
      }),
    );
  });
});
