/** Calls the command as the launcher does and keeps what it wrote. */
import { jest } from '@jest/globals';
import { main } from '../../ops/cli.ts';
import type { StartOptions } from '../../ops/commands/verb.ts';

export type Ran = { readonly code: number; readonly out: string; readonly err: string; readonly started: readonly StartOptions[] };

/** `directory` is where the command is called; one without a running stack unless it is given. */
export async function runCommand(
  argv: readonly string[],
  options: { readonly directory?: string; readonly startEndsWith?: number } = {},
): Promise<Ran> {
  const written = { out: '', err: '' };
  const keep = (stream: 'out' | 'err') => (chunk: unknown) => {
    written[stream] += String(chunk);
    return true;
  };
  const out = jest.spyOn(process.stdout, 'write').mockImplementation(keep('out'));
  const err = jest.spyOn(process.stderr, 'write').mockImplementation(keep('err'));
  const started: StartOptions[] = [];
  try {
    const code = await main(argv, {
      directory: options.directory ?? '/nowhere',
      start: async (given) => {
        started.push(given);
        return options.startEndsWith ?? 0;
      },
    });
    return { code, ...written, started };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}
