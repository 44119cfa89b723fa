/** What a function prints: the lines that reach standard output and error while the work runs, with the environment that synth sets. */
import { jest } from '@jest/globals';

const ENVIRONMENT = { POWERTOOLS_SERVICE_NAME: 'oncehook-ingest-stripe', POWERTOOLS_METRICS_NAMESPACE: 'oncehook' };

/** The lines, and no others: nothing else runs in this process meanwhile. */
export async function capturedOutput(work: () => unknown): Promise<string[]> {
  const chunks: string[] = [];
  const before = { ...process.env };
  Object.assign(process.env, ENVIRONMENT);
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation((chunk: unknown) => {
      chunks.push(String(chunk));
      return true;
    }),
  );
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
    for (const name of Object.keys(ENVIRONMENT)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
  return chunks
    .join('')
    .split('\n')
    .filter((line) => line !== '');
}
