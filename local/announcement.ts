/** The file by which a verb finds the running stack: `.oncehook/local.json`, there as long as the stack is. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Stoppable } from './teardown.ts';

export function announce(directory: string, url: string): Stoppable {
  const folder = join(directory, '.oncehook');
  const file = join(folder, 'local.json');
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify({ url, pid: process.pid })}\n`);
  const remove = () => rmSync(file, { force: true });
  process.on('exit', remove);
  return {
    stop: () => {
      process.off('exit', remove);
      remove();
    },
  };
}
