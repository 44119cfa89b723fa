/** A hash of what a JSON body says: the same for each way of writing it down, another one for any other value. */
import { sha256Hex } from './hash.ts';
import type { JsonBody } from './json-shape.ts';

/**
 * SHA-256 in hex over the named members of the body, or over all of it. White space, the order of names and escapes in texts make
 * no difference. Numbers count digit by digit as they were sent, so that amounts beyond 2^53 differ where their numbers would not.
 */
export function fingerprintOf(body: JsonBody, names?: readonly string[]): string {
  const members = new Walk(body.text).members();
  const wanted = names?.map((name) => JSON.stringify(name));
  return sha256Hex(objectText(wanted === undefined ? members : new Map([...members].filter(([name]) => wanted.includes(name)))));
}

/** Names and values in their canonical text. */
type Members = ReadonlyMap<string, string>;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** One pass over text that is known to be valid JSON and to nest no deeper than `JSON_DEPTH_MAX`. */
class Walk {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  members(): Members {
    const members = new Map<string, string>();
    for (let next = this.#enter(); next !== '}'; next = this.#nextItem()) {
      const name = this.#string();
      this.#skipSpace();
      this.#at += 1;
      members.set(name, this.#value());
    }
    this.#at += 1;
    return members;
  }

  #value(): string {
    const first = this.#skipSpace();
    if (first === '{') return objectText(this.members());
    if (first === '[') return this.#list();
    return first === '"' ? this.#string() : this.#literal();
  }

  #list(): string {
    const items: string[] = [];
    for (let next = this.#enter(); next !== ']'; next = this.#nextItem()) items.push(this.#value());
    this.#at += 1;
    return `[${items.join(',')}]`;
  }

  #string(): string {
    const start = this.#at;
    let escaped = false;
    for (this.#at += 1; this.#code() !== QUOTE && this.#at < this.#text.length; this.#at += 1) {
      if (this.#code() !== BACKSLASH) continue;
      escaped = true;
      this.#at += 1;
    }
    this.#at += 1;
    const token = this.#text.slice(start, this.#at);
    return escaped ? JSON.stringify(JSON.parse(token)) : token;
  }

  /** A number, `true`, `false` or `null`. */
  #literal(): string {
    const start = this.#at;
    while (/[-+.\w]/.test(this.#text.charAt(this.#at))) this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  /** Steps over the opening bracket, to the first item or the closing one. */
  #enter(): string {
    this.#skipSpace();
    this.#at += 1;
    return this.#skipSpace();
  }

  /** Steps over a comma, to the next item, or stays at the closing bracket. */
  #nextItem(): string {
    if (this.#skipSpace() === ',') this.#at += 1;
    return this.#skipSpace();
  }

  #skipSpace(): string {
    while (this.#code() <= 0x20) this.#at += 1;
    return this.#text.charAt(this.#at);
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }
}

function objectText(members: Members): string {
  const sorted = [...members].sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${sorted.map(([name, value]) => `${name}:${value}`).join(',')}}`;
}
