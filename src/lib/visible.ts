/* Log text is hostile: what reaches a terminal, a mail or a page must not move the cursor, turn the direction of
   reading or hide. These code points have no business there: C0 and C1 controls, zero-width and bidi controls
   (Unicode Bidi_Control), line and paragraph separators, the byte order mark, tags, and lone surrogates. */
const hidden =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb]|[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g;

function escape(found: string): string {
  const point = found.codePointAt(0) ?? 0;
  // A well-formed pair is an ordinary character, unless it is a tag or a variation selector of plane 14.
  if (point > 0xffff && (point < 0xe0000 || point > 0xe0fff)) return found;
  return point > 0xffff
    ? `\\u{${point.toString(16)}}`
    : `\\u${point.toString(16).padStart(4, "0")}`;
}

/**
 * `text` with every invisible or direction-changing character shown as `\uXXXX`, cut to `max` characters (with an
 * ellipsis). Safe for a terminal, a plain-text mail and, after HTML escaping, a page.
 */
export function visible(text: string, max = Infinity): string {
  const cut = text.length > max ? `${text.slice(0, Math.max(0, max - 1))}…` : text;
  return cut.replace(hidden, escape);
}
