import assert from "node:assert/strict";
import fc from "fast-check";
import { readEvent, readStrict } from "../../../src/parse/windows/event-xml.ts";

const numRuns = Number(process.env["LEAFWATCH_PROPERTY_RUNS"] ?? 400);

const name = fc.constantFrom("Event", "System", "EventData", "UserData", "RenderingInfo", "Data", "EventID", "e:Data", "a:b:c", "__proto__", "-x", "Keyword", "x.y-1"); // prettier-ignore
const words = fc.constantFrom("", "4624", "-", "N/A", " a ", "\n\t", "é😀", "&lt;", "&amp;amp;", "&#65;", "&#x1F600;", "&#0;", "&#xD800;", "&no;", "&", "]]>", ">", "\r\n", "<![CDATA[<a>]]>", "<!-- c -->", "<?pi?>", "\u0001", "\ufffe", "\ud800"); // prettier-ignore
const quoted = fc
  .tuple(fc.constantFrom("'", '"', ""), words, fc.constantFrom("'", '"', "", "'x"))
  .map(([first, text, second]) => first + text + second);
const attribute = fc
  .tuple(
    fc.constantFrom(" ", "\n", "", "  ", "\t"),
    fc.oneof(name, fc.constant("Name")),
    fc.constantFrom("=", " = ", ""),
    quoted,
  ) // prettier-ignore
  .map((parts) => parts.join(""));
const tail = fc.constantFrom("", " ", "\n", "/", " /", "/ ");

/** Elements in elements, most of them well formed. */
const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc.oneof(
    { depthSize: "small" },
    words,
    fc
      .tuple(
        name,
        fc.array(attribute, { maxLength: 2 }),
        tail,
        fc.array(tie("element"), { maxLength: 4 }),
        fc.constantFrom("", " ", "x"),
      ) // prettier-ignore
      .map(([tag, attributes, end, inner, slip]) =>
        end.includes("/")
          ? `<${tag}${attributes.join("")}${end}>`
          : `<${tag}${attributes.join("")}${end}>${inner.join("")}</${tag}${slip}>`,
      ),
  ),
}));

const usual =
  "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='P' Guid=\"{1}\"/>" +
  "<EventID Qualifiers='0'>4624</EventID><TimeCreated SystemTime='2026-11-22T10:00:00Z'/><Correlation/></System>" +
  "<EventData><Data Name='A'>x &amp; y</Data><Data>1</Data><Data Name='B'/><Data Name='C'></Data></EventData>" +
  "<RenderingInfo Culture='en-US'><Message>m</Message><Keywords><Keyword>Audit Success</Keyword></Keywords></RenderingInfo></Event>";

/** An ordinary event with some of its characters changed. */
const damaged = fc
  .array(fc.tuple(fc.nat(usual.length), fc.nat(8), fc.oneof(words, element)), { maxLength: 3 })
  .map(
    (cuts) =>
    cuts.reduce((text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length), usual), // prettier-ignore
  );

function agree(text: string): void {
  const fast = readEvent(text);
  const strict = readStrict(text);
  assert.equal(fast.error, strict.error, text);
  assert.deepEqual(fast, strict, text);
}

describe("the fast reading of an event's XML", () => {
  it("is the strict one, for elements of every kind", () => {
    fc.assert(fc.property(element, agree), { numRuns });
  });

  it("is the strict one, for ordinary events that were damaged", () => {
    fc.assert(fc.property(damaged, agree), { numRuns });
  });

  for (const text of [
    "",
    "  ",
    usual,
    `\n${usual}\n`,
    `${usual}<Event/>`,
    `${usual}x`,
    "<Event/>",
    "<Event></Event >",
    "<Event><Event></Event>",
    "<Events></Events>",
    "<Event><EventData><Data Name='a>b'>1</Data></EventData></Event>",
    "<Event><EventData><Data Name='a' Name='b'>1</Data></EventData></Event>",
    "<Event><EventData><Data Name='A'>1</Data><Data Name='A'>-</Data></EventData></Event>",
    "<?xml version='1.0'?><Event><!-- c --><EventData><Data><![CDATA[a<b]]></Data></EventData></Event>",
    "<!DOCTYPE Event [<!ENTITY a 'b'>]><Event>&a;</Event>",
    "<a:Event xmlns:a='u'><a:EventData><a:Data Name='A'>1</a:Data></a:EventData></a:Event>",
    `${"<Event>".repeat(40)}${"</Event>".repeat(40)}`,
    `<Event${Array.from({ length: 32 }, (_, n) => ` a${n}=''`).join("")}></Event>`,
    `<Event${Array.from({ length: 33 }, (_, n) => ` a${n}=''`).join("")}></Event>`,
  ]) {
    it(`is the strict one: ${JSON.stringify(text.slice(0, 60))}`, () => {
      agree(text);
    });
  }

  it("gives up on a tag with more attributes than any event has", () => {
    const tag = `<Event${" a='b'".repeat(40)}`;
    assert.equal(readEvent(tag).error, "more than 32 attributes in a tag");
  });

  it("takes no reading for another because it has seen one like it before", () => {
    for (const value of ["1", "2", "1"]) {
      const { event } = readEvent(`<Event><System><A B='${value}'/></System></Event>`);
      assert.deepEqual(event.system, { "A.B": value });
    }
  });
});
