/** The forms in which a body may have been sent, before something on its way wrote it anew. */
import { readJsonObject } from '../lambdas/core/json-shape.ts';
import { base64Bytes } from '../lambdas/core/signature.ts';

export type BodyForm = {
  readonly body: Uint8Array;
  /** What follows "The signature fits …". */
  readonly fits: string;
};

const BOM = '\uFEFF';

/** Plain changes first, so that the first form that fits is the simplest. They depend on the body's size alone, and there are few. */
export function* bodyForms(body: Uint8Array): Generator<BodyForm> {
  const text = Buffer.from(body).toString('utf8');
  // Not text: then nothing wrote it anew as text.
  if (!Buffer.from(text, 'utf8').equals(body)) return;
  for (const [form, fits] of [...lineForms(text), ...codedForms(text)]) {
    yield { body: typeof form === 'string' ? Buffer.from(form) : form, fits };
  }
  yield* jsonForms(text.replace(/^\uFEFF/, ''));
}

function lineForms(text: string): (readonly [string, string])[] {
  const bare = text.replace(/\r?\n$/, '');
  return [
    ...(bare === text ? [] : [[bare, 'without the line break at the end of the body: something added it, for example an editor'] as const]),
    ...['\n', '\r\n'].map((end) => [`${bare}${end}`, 'with a line break at the end of the body: something took it away'] as const),
    ...(text.includes('\r\n')
      ? [
          [
            text.replaceAll('\r\n', '\n'),
            'with LF line breaks instead of CRLF: something rewrote them, for example git or an editor',
          ] as const,
        ]
      : [
          [
            text.replaceAll('\n', '\r\n'),
            'with CRLF line breaks instead of LF: something rewrote them, for example git or an editor',
          ] as const,
        ]),
    text.startsWith(BOM)
      ? [text.slice(1), 'without the byte order mark at the start of the body: something added it, for example an editor']
      : [`${BOM}${text}`, 'with a byte order mark at the start of the body: something took it away'],
  ];
}

/** The whole body in another coding. */
function codedForms(text: string): (readonly [string | Uint8Array, string])[] {
  const decoded = base64Bytes(text.trim());
  const isLatin1 = /[\u0080-\u00ff]/.test(text) && !/[^\0-\u00ff]/.test(text);
  const inner = text.startsWith('"') ? parsed(text) : undefined;
  return [
    ...(decoded === undefined
      ? []
      : [[decoded, 'the bytes that this body is the base64 of: decode it first (`isBase64Encoded`)'] as const]),
    ...(isLatin1
      ? [[Buffer.from(text, 'latin1'), 'the bytes as they were before something took UTF-8 for Latin-1 and coded them once more'] as const]
      : []),
    ...(typeof inner === 'string' ? [[inner, 'the text inside the quotes: something wrote the body as a JSON string'] as const] : []),
  ];
}

/** How the texts of a JSON document may be written. */
const WRITINGS: readonly { readonly write: (token: string) => string; readonly is: string }[] = [
  { write: (token) => token, is: '' },
  { write: plain, is: 'with every character as itself instead of an escape' },
  { write: slashes, is: 'with \\/ for each slash, as PHP writes it' },
  { write: (token) => ascii(plain(token)), is: 'with \\u escapes for what is not ASCII, as Python writes it' },
  { write: (token) => ascii(slashes(token)), is: 'with \\/ for each slash and \\u escapes for what is not ASCII, as PHP writes it' },
  { write: html, is: 'with \\u escapes for <, > and &, as Go writes it' },
];

type Spacing = { readonly comma: string; readonly colon: string; readonly indent?: number; readonly is: string };

const SPACINGS: readonly Spacing[] = [
  { comma: ',', colon: ':', is: 'without white space' },
  { comma: ', ', colon: ': ', is: 'with a space after each comma and colon, as Python writes it' },
  { comma: ',', colon: ': ', indent: 2, is: 'indented by two spaces' },
  { comma: ',', colon: ': ', indent: 4, is: 'indented by four spaces' },
];

/** Numbers stay as they are written: what they were before a parser read them nobody can know. */
function* jsonForms(text: string): Generator<BodyForm> {
  if (!readJsonObject(Buffer.from(text)).ok) return;
  for (const { write, is } of WRITINGS) {
    const written = text.replace(STRING, write);
    if (is !== '') yield jsonForm(written, [is]);
    const tokens = written.match(TOKEN) ?? [];
    for (const spacing of SPACINGS) yield jsonForm(spaced(tokens, spacing), is === '' ? [spacing.is] : [spacing.is, is]);
  }
}

function jsonForm(text: string, is: readonly string[]): BodyForm {
  return {
    body: Buffer.from(text),
    fits: `the same JSON ${is.join(' and ')}: something parsed the body and wrote it anew before it got here; hand on the raw bytes`,
  };
}

const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/g;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** The nesting is bounded, as `readJsonObject` has read the text. */
function spaced(tokens: readonly string[], { comma, colon, indent }: Spacing): string {
  let depth = 0;
  const line = () => (indent === undefined ? '' : `\n${' '.repeat(indent * depth)}`);
  const isEnd = (token: string | undefined) => token === '}' || token === ']';
  const pieces = tokens.map((token, at) => {
    const next = tokens[at + 1];
    if (token === ',') return `${comma}${line()}`;
    if (token === ':') return colon;
    if (token === '{' || token === '[') depth += isEnd(next) ? 0 : 1;
    const opens = (token === '{' || token === '[') && !isEnd(next);
    const wasEmpty = isEnd(token) && /^[{[]$/.test(tokens[at - 1] ?? '');
    if (!isEnd(token) || wasEmpty) return opens ? `${token}${line()}` : token;
    depth -= 1;
    return `${line()}${token}`;
  });
  return pieces.join('');
}

function plain(token: string): string {
  return JSON.stringify(JSON.parse(token));
}

function slashes(token: string): string {
  return plain(token).replaceAll('/', '\\/');
}

function ascii(token: string): string {
  return token.replace(/[^ -~]/g, escaped);
}

function html(token: string): string {
  return plain(token).replace(/[<>&\u2028\u2029]/g, escaped);
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
