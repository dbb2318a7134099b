import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

interface ErrorEntry {
  code: string;
  message: string;
  hint: string;
}

/** Every `new AppError(code, message, { hint })` of src/, read from the syntax tree; one entry a code and message. */
export function errorsOfTheCode(): ErrorEntry[] {
  const found = new Map<string, ErrorEntry>();
  for (const file of readdirSync("src", { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const text = readFileSync(join("src", file), "utf8");
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
    const visit = (node: ts.Node): void => {
      if (ts.isNewExpression(node) && node.expression.getText() === "AppError") {
        const [code, message, options] = node.arguments ?? [];
        if (code && ts.isStringLiteral(code) && message) {
          const entry = { code: code.text, message: words(message), hint: hintOf(options) };
          found.set(`${entry.code} ${entry.message}`, entry);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return [...found.values()].sort(
    (a, b) => a.code.localeCompare(b.code) || a.message.localeCompare(b.message),
  );
}

function hintOf(options: ts.Expression | undefined): string {
  if (!options || !ts.isObjectLiteralExpression(options)) return "";
  for (const property of options.properties) {
    if (property.name?.getText() !== "hint") continue;
    if (ts.isPropertyAssignment(property)) return words(property.initializer);
    return "(depends on the case)";
  }
  return "";
}

/** A string as a reader sees it: what is filled in stands as `…`. */
function words(node: ts.Expression): string {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node)) {
    return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join("");
  }
  if (ts.isBinaryExpression(node)) return words(node.left) + words(node.right);
  if (ts.isConditionalExpression(node)) {
    return `${words(node.whenTrue)} / ${words(node.whenFalse)}`;
  }
  return "…";
}
