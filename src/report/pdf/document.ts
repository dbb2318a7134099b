import { createRequire } from "node:module";
import PDFDocument from "pdfkit";
import { renderJson } from "../json.ts";
import type { Report } from "../model.ts";
import { page } from "./style.ts";

const require = createRequire(import.meta.url);

/** The fonts, embedded as PDF/A asks: DejaVu has Latin, Greek, Cyrillic, Arabic and Hebrew. */
const fontFiles = {
  regular: "DejaVuSansCondensed.ttf",
  bold: "DejaVuSansCondensed-Bold.ttf",
  mono: "DejaVuSansMono.ttf",
} as const;

export type FontName = keyof typeof fontFiles;

export type Pdf = InstanceType<typeof PDFDocument>;

/** An empty document that is to become PDF/A-3a and PDF/UA-1, with the report's numbers attached. */
export function createDocument(report: Report, title: string): Pdf {
  const created = new Date(report.generated_at);
  const pdf = new PDFDocument({
    size: "A4",
    margins: { top: page.top, bottom: 0, left: page.left, right: page.left },
    autoFirstPage: false,
    bufferPages: true,
    pdfVersion: "1.7",
    subset: "PDF/A-3a",
    tagged: true,
    lang: "en-GB",
    displayTitle: true,
    // The same report gives the same bytes: pdfkit makes the file's id of these.
    info: {
      Title: title,
      Subject: "Weekly review of logs",
      Creator: "Leafwatch",
      Producer: "Leafwatch (PDFKit)",
      CreationDate: created,
      ModDate: created,
    },
  });
  for (const [name, file] of Object.entries(fontFiles)) {
    pdf.registerFont(name, require.resolve(`dejavu-fonts-ttf/ttf/${file}`));
  }
  pdf.appendXML(pdfUa);
  const attachment: Attachment = {
    name: "report.json",
    type: "application/json",
    description: "All numbers of this report",
    relationship: "Data",
    creationDate: created,
    modifiedDate: created,
  };
  pdf.file(Buffer.from(renderJson(report)), attachment);
  return pdf;
}

/** What the types of pdfkit 0.17 do not know yet. */
type Attachment = NonNullable<Parameters<Pdf["file"]>[1]> & { relationship: "Data" };

/** True when the font has a picture for the character. */
export function hasGlyph(pdf: Pdf, font: FontName): (codePoint: number) => boolean {
  pdf.font(font);
  // pdfkit keeps the fontkit font, which knows, in a field that its types leave out.
  const { font: inner } = (pdf as unknown as { _font: { font: FontkitFont } })._font;
  return (codePoint) => inner.hasGlyphForCodePoint(codePoint);
}

interface FontkitFont {
  hasGlyphForCodePoint(codePoint: number): boolean;
}

/** The finished file. */
export async function finish(pdf: Pdf): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const ended = (async () => {
    for await (const chunk of pdf as AsyncIterable<Buffer>) chunks.push(chunk);
  })();
  pdf.end();
  await ended;
  return Buffer.concat(chunks);
}

/** PDF/UA-1's mark (ISO 14289-1 §5); PDF/A wants to be told what a schema of others means (ISO 19005-3 §6.6.2.3). */
const pdfUa = `
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
  <pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about=""
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
  <pdfaExtension:schemas>
    <rdf:Bag>
      <rdf:li rdf:parseType="Resource">
        <pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
        <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
        <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
        <pdfaSchema:property>
          <rdf:Seq>
            <rdf:li rdf:parseType="Resource">
              <pdfaProperty:name>part</pdfaProperty:name>
              <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
              <pdfaProperty:category>internal</pdfaProperty:category>
              <pdfaProperty:description>Part of PDF/UA to which the file conforms</pdfaProperty:description>
            </rdf:li>
          </rdf:Seq>
        </pdfaSchema:property>
      </rdf:li>
    </rdf:Bag>
  </pdfaExtension:schemas>
</rdf:Description>
`;
