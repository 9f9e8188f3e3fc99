import type { IToken } from 'chevrotain';
import type { Span } from './ast.ts';
import type { Findings } from './findings.ts';

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
]);

/** What stands between the quotes, escapes resolved. A missing quote or a bad escape is reported. */
export function decodeString(token: IToken, findings: Findings): string {
  const { image, startOffset } = token;
  const quote = image[0];
  if (!image.includes('\\')) {
    if (image.length > 1 && image.endsWith(quote!)) return image.slice(1, -1);
    reportUnterminated(token, findings);
    return image.slice(1).trimEnd();
  }
  let value = '';
  let from = 1;
  for (let at = 1; at < image.length; at++) {
    if (image[at] === quote) return value + image.slice(from, at);
    if (image[at] !== '\\') continue;
    const next = image[at + 1];
    value += image.slice(from, at);
    const escaped = next === undefined ? undefined : escapes.get(next);
    if (escaped === undefined && next !== undefined) {
      // A surrogate pair after the backslash is one character to whoever wrote it.
      const shown = `\\${String.fromCodePoint(image.codePointAt(at + 1)!)}`;
      findings.lexicalError(
        { start: startOffset + at, end: startOffset + at + shown.length },
        'bad-escape',
        `"${printable(shown)}" is no escape`,
        'there are \\n \\r \\t \\" \\\' \\\\, and any character can be written as itself',
      );
    }
    value += escaped ?? next ?? '';
    at++;
    from = at + 1;
  }
  reportUnterminated(token, findings);
  return value + image.slice(from).trimEnd();
}

function reportUnterminated(token: IToken, findings: Findings): void {
  const end = token.startOffset + token.image.trimEnd().length;
  findings.lexicalError(
    { start: token.startOffset, end },
    'unterminated-string',
    'this string is not closed on its line',
    'a line break inside a string is written \\n',
  );
}

const integerLimit = 1n << 63n;

/** What a NumberText is worth: a bigint for an integer, a number for a double. Faults are reported. */
export function decodeNumber(token: IToken, findings: Findings): bigint | number {
  const { image } = token;
  const span = { start: token.startOffset, end: token.startOffset + image.length };
  const signed = image[0] === '-' || image[0] === '+';
  const digits = signed ? image.slice(1) : image;
  if (/^0[xXbBoO]/.test(digits)) return decodeRadix(digits, image, span, findings);
  if (/[.eE]/.test(digits)) {
    if (/\.(?:[eE]|$)/.test(digits)) {
      findings.portability(span, `no digit follows the point of "${image}", which only thriftpy2 reads`);
    }
    return Number(image);
  }
  // Below 16 digits a number is exact, and much faster than a bigint from text.
  if (digits.length < 16) return BigInt(Number(image));
  return checkRange(image[0] === '-' ? -BigInt(digits) : BigInt(digits), image, span, findings);
}

function decodeRadix(digits: string, image: string, span: Span, findings: Findings): bigint {
  const prefix = digits.slice(0, 2);
  const lower = prefix.toLowerCase();
  const allowed = lower === '0x' ? /^[0-9a-fA-F]+$/ : lower === '0b' ? /^[01]+$/ : /^[0-7]+$/;
  if (!allowed.test(digits.slice(2))) {
    findings.lexicalError(span, 'bad-number', `"${printable(image)}" is no ${radixName(lower)} number`);
    return 0n;
  }
  if (prefix !== lower) {
    const hint = `write ${image.replace(prefix, lower)}`;
    findings.lexicalError(span, 'bad-number', `the "${prefix}" of a number is written in lower case`, hint);
  } else if (lower !== '0x') {
    findings.portability(span, `${radixName(lower)} numbers are read by fbthrift only`);
  } else if (digits !== image) {
    findings.portability(span, 'thriftpy2 reads no hexadecimal number with a sign');
  }
  const magnitude = BigInt(lower + digits.slice(2));
  return checkRange(image[0] === '-' ? -magnitude : magnitude, image, span, findings);
}

function radixName(prefix: string): string {
  return prefix === '0x' ? 'hexadecimal' : prefix === '0b' ? 'binary' : 'octal';
}

function checkRange(value: bigint, image: string, span: Span, findings: Findings): bigint {
  if (value >= -integerLimit && value < integerLimit) return value;
  findings.lexicalError(span, 'bad-number', `"${clip(image)}" does not fit into 64 bits`);
  return BigInt.asIntN(64, value);
}

/** Control characters and the like as `U+0000`, so that a message is readable on a terminal. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Cn}\u00a0]/gu,
    character => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
  );
}

/** The beginning of a text that may be too long for a message. */
export function clip(text: string): string {
  return printable(text.length > 40 ? `${text.slice(0, 39)}…` : text);
}
