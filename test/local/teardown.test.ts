/** Stopping what was started. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { announce } from '../../local/announcement.ts';
import { Teardown } from '../../local/teardown.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('a teardown', () => {
  it('stops the last first, once, and one that fails does not keep the others from it', async () => {
    const stopped: string[] = [];
    const teardown = new Teardown();
    for (const name of ['engine', 'front', 'functions']) {
      teardown.add({
        stop: async () => {
          stopped.push(name);
          if (name === 'front') throw new Error('already gone');
        },
      });
    }
    teardown.add({
      stop: () => {
        throw new Error('fails at once');
      },
    });
    await Promise.all([teardown.stop(), teardown.stop()]);
    expect(stopped).toEqual(['functions', 'front', 'engine']);
  });

  it('stops at once what is started too late', async () => {
    const teardown = new Teardown();
    await teardown.stop();
    let stopped = false;
    teardown.add({
      stop: () => {
        stopped = true;
      },
    });
    expect(stopped).toBe(true);
  });
});

it('the announcement is there as long as the stack is', async () => {
  const directory = temporaryFolder('announce');
  const file = join(directory, '.oncehook', 'local.json');
  const announced = announce(directory, 'http://127.0.0.1:3000');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ url: 'http://127.0.0.1:3000', pid: process.pid });
  await announced.stop();
  expect(existsSync(file)).toBe(false);
});
