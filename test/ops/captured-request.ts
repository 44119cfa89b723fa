/** A request as somebody captured it in files, and what `oncehook verify` says of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import type { Provider } from '../../lambdas/core/provider.ts';
import { type Ran, runCommand } from './run-command.ts';

export const SIGNED_AT = 1_795_476_677;
/** Stands in each body below, and never in an answer. */
export const PRIVATE = 'private note';

export const BODY = JSON.stringify({
  id: 'evt_1',
  type: 'charge.refunded',
  created: SIGNED_AT,
  livemode: false,
  data: { object: { id: 'ch_1', amount: 1050, tags: [], more: {}, note: `${PRIVATE}: café – https://shop.example/?a=1&b=<2>` } },
});

export type Captured = {
  /** The text of the file of secrets. */
  readonly secrets: string;
  readonly headers?: { readonly [name: string]: string } | string;
  readonly body?: string | Uint8Array;
  readonly event?: object | string;
  readonly keys?: object | string;
};

/** What the provider would send. */
export function signed(
  provider: Provider,
  { secret, body = BODY, url }: { readonly secret: string; readonly body?: string | Uint8Array; readonly url?: string },
): { readonly headers: { readonly [name: string]: string }; readonly body: Uint8Array } {
  const made = provider.sign?.({ body: Buffer.from(body), secret, nowSeconds: SIGNED_AT, id: 'msg_1', url });
  if (made === undefined) throw new Error(`${provider.name} cannot sign.`);
  return { headers: { 'content-type': 'application/json', ...made.headers }, body: made.body };
}

/** Calls the command at the time of signing, unless `argv` says another one, and checks that it gives nothing away. */
export async function verifyCaptured(provider: string, captured: Captured, argv: readonly string[] = []): Promise<Ran> {
  const directory = mkdtempSync(join(tmpdir(), 'oncehook-verify-'));
  const { secrets: secretFile, ...others } = captured;
  const files = Object.entries({ 'secret-file': secretFile, ...others }).map(([name, content]) => {
    writeFileSync(join(directory, name), typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content));
    return [`--${name}`, name];
  });
  const at = argv.includes('--at') ? [] : ['--at', String(SIGNED_AT)];
  try {
    const ran = await runCommand(['verify', provider, ...files.flat(), ...at, ...argv], { directory });
    expect(ran.out + ran.err).not.toContain(PRIVATE);
    for (const secret of secretFile.split(/[\s"{}]+/).filter((text) => text.length > 8)) expect(ran.out + ran.err).not.toContain(secret);
    return ran;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** What the command says of a request that does not verify. */
export async function causesOf(provider: string, captured: Captured, argv: readonly string[] = []): Promise<string> {
  const { code, out } = await verifyCaptured(provider, captured, argv);
  expect(code).toBe(1);
  expect(out).toMatch(/^not valid: [a-z-]+\n/);
  return out;
}
