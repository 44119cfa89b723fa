/** Looks for a Java that can run DynamoDB Local. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Environment } from '../environment.ts';

/** DynamoDB Local 3 is compiled for this release. */
export const JAVA_RELEASE_MIN = 17;

export type FoundJava =
  | { readonly kind: 'found'; readonly command: string; readonly release: number }
  /** It is there but too old. */
  | { readonly kind: 'old'; readonly command: string; readonly release: number }
  | { readonly kind: 'missing' };

/** `JAVA_HOME` is asked first, then the path; macOS answers `java` with a stub that fails where none is installed. */
export async function findJava(environment: Environment): Promise<FoundJava> {
  const home = environment['JAVA_HOME'];
  let old: FoundJava | undefined;
  for (const command of [...(home === undefined || home === '' ? [] : [join(home, 'bin', 'java')]), 'java']) {
    const release = javaRelease(await versionText(command, environment));
    if (release !== undefined && release >= JAVA_RELEASE_MIN) return { kind: 'found', command, release };
    if (release !== undefined) old ??= { kind: 'old', command, release };
  }
  return old ?? { kind: 'missing' };
}

/** The release in what `java -version` prints: 17 of `"17.0.15"`, 8 of `"1.8.0_292"`; undefined where it prints none. */
export function javaRelease(text: string): number | undefined {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  if (first === undefined) return undefined;
  return Number(first === '1' && second !== undefined ? second : first);
}

/** What the command prints, empty where it cannot be started or fails. */
function versionText(command: string, environment: Environment): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(command, ['-version'], { env: { ...environment }, stdio: ['ignore', 'ignore', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', () => resolve(''));
    child.on('close', (code) => resolve(code === 0 ? Buffer.concat(chunks).toString('utf8') : ''));
  });
}
