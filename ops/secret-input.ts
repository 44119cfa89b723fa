/** Takes a secret from standard input: piped, or typed at a terminal that does not show it. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { OperatorError, wrongUse } from './operator-error.ts';
import { printError, rewrite } from './terminal.ts';

export type Input = NodeJS.ReadableStream & { readonly isTTY?: boolean };

/** Far more than any secret; what is longer was piped by mistake. */
const INPUT_BYTES_MAX = 64 * 1024;

/** As it came, for a file of several secrets. */
export async function readPiped(input: Input): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk));
    bytes += chunks.at(-1)?.byteLength ?? 0;
    if (bytes > INPUT_BYTES_MAX) {
      throw wrongUse('LONG_INPUT', `Standard input holds more than ${INPUT_BYTES_MAX} bytes; that is no secret.`);
    }
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** One secret, without the one line break that ends it. */
export async function readSecret(input: Input, prompt: string): Promise<string> {
  if (input.isTTY !== true) return (await readPiped(input)).replace(/\r?\n$/, '');
  const typed = await typedLine(input, prompt);
  if (!typed.startsWith('-----BEGIN ')) return typed;
  throw wrongUse('PEM_TYPED', 'A key in PEM has several lines, of which a terminal gives one: pipe it in from a file.');
}

/** The terminal echoes nothing, as readline echoes by its output and that one writes nowhere. */
async function typedLine(input: Input, prompt: string): Promise<string> {
  rewrite(prompt);
  const output = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output, terminal: true, historySize: 0 });
  try {
    return await new Promise<string>((resolve, reject) => {
      reader.once('line', resolve);
      // Ctrl-C and Ctrl-D close it.
      reader.once('close', () => reject(new OperatorError('NOTHING_TYPED', 'No secret was typed; nothing was changed.')));
    });
  } finally {
    reader.close();
    printError('');
  }
}
