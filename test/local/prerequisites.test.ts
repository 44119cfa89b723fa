/** What a machine lacks, said before anything heavy starts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findJava, javaRelease } from '../../local/engines/find-java.ts';
import { chooseEngine, type Machine, probeMachine } from '../../local/prerequisites.ts';
import { temporaryFolder } from './temporary-folder.ts';

const machine: Machine = {
  platform: 'linux',
  java: { kind: 'found', command: 'java', release: 17 },
  temporaryDirectory: '/tmp',
  freeBytes: 10 ** 12,
};

const withoutJava: Machine = { ...machine, java: { kind: 'missing' } };

/** What keeps it from starting, one line each. */
const refusal = (...choice: Parameters<typeof chooseEngine>): readonly string[] => {
  try {
    chooseEngine(...choice);
  } catch (error) {
    expect(error).toMatchObject({ code: 'MISSING_PREREQUISITE' });
    return (error as Error).message.split('\n');
  }
  return [];
};

describe('a machine', () => {
  it('with Java runs the real engines unless it is told otherwise, also where it does not say how much room it has', () => {
    for (const wanted of [undefined, 'real'] as const) expect(chooseEngine(machine, wanted)).toEqual({ kind: 'real', java: 'java' });
    expect(chooseEngine({ ...machine, freeBytes: undefined }, undefined)).toEqual({ kind: 'real', java: 'java' });
    expect(chooseEngine(machine, 'embedded')).toEqual({ kind: 'embedded' });
  });

  it.each([
    ['without Java', { kind: 'missing' }, 'Java is missing, so '],
    ['with an old Java', { kind: 'old', command: '/opt/java', release: 11 }, 'Java 11 (/opt/java) is too old, so '],
  ] as const)('%s runs the embedded engines and says so in one line, unless it was told to', (_which, java, notice) => {
    const chosen = chooseEngine({ ...machine, java }, undefined);
    expect(chosen).toEqual({ kind: 'embedded', notice: expect.stringMatching(/^[^\n]*embedded engines stand in[^\n]*\.$/) });
    expect(JSON.stringify(chosen)).toContain(notice);
    expect(chooseEngine({ ...machine, java }, 'embedded')).toEqual({ kind: 'embedded' });
  });

  it.each([
    ['linux', 'sudo apt-get install default-jre-headless'],
    ['darwin', 'brew install openjdk@21'],
    ['win32', 'winget install EclipseAdoptium.Temurin.21.JRE'],
    ['freebsd', 'set JAVA_HOME'],
  ])('of %s without Java that is to run the real engines is told in one sentence what to do', (platform, command) => {
    const missing = refusal({ ...withoutJava, platform }, 'real');
    expect(missing).toHaveLength(1);
    expect(missing[0]).toMatch(/^Java is missing: Amazon's DynamoDB Local needs Java 17 or newer; start with --engine embedded, or .*\.$/);
    expect(missing[0]).toContain(command);
  });

  it('with an old Java that is to run the real engines is told which one was found', () => {
    const [sentence] = refusal({ ...machine, java: { kind: 'old', command: '/opt/java/bin/java', release: 11 } }, 'real');
    expect(sentence).toMatch(/^Java 11 \(\/opt\/java\/bin\/java\) is too old: .*needs Java 17 or newer/);
  });

  it('with less than 200 MB of room is told where and how much, and one with that much is not', () => {
    for (const wanted of [undefined, 'embedded'] as const) {
      const [sentence] = refusal({ ...machine, freeBytes: 199.9 * 1024 * 1024 }, wanted);
      expect(sentence).toBe(
        'The disk is nearly full: /tmp has 199 MB left, and 200 MB are needed; free some, or set TMPDIR to another disk.',
      );
    }
    expect(refusal({ ...machine, freeBytes: 200 * 1024 * 1024 }, undefined)).toEqual([]);
  });

  it('that lacks both hears both', () => {
    expect(refusal({ ...withoutJava, freeBytes: 0 }, 'real')).toHaveLength(2);
  });

  it('is probed as it is', async () => {
    const probed = await probeMachine({ JAVA_HOME: '/nowhere' });
    expect(probed).toMatchObject({ platform: process.platform, temporaryDirectory: tmpdir() });
    expect(probed.freeBytes).toBeGreaterThan(0);
  });
});

describe('Java', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_292"', 8],
    ['openjdk version "21" 2023-09-19', 21],
    ['openjdk version "25-ea" 2025-09-16', 25],
    ['The operation couldn’t be completed. Unable to locate a Java Runtime.', undefined],
    ['', undefined],
  ])('%j is release %p', (text, release) => {
    expect(javaRelease(text)).toBe(release);
  });

  /** A `java` that prints this and ends with that code. */
  const fakeHome = (text: string, code: number) => {
    const home = temporaryFolder('java');
    mkdirSync(join(home, 'bin'));
    writeFileSync(join(home, 'bin', 'java'), `#!/bin/sh\necho '${text}' >&2\nexit ${code}\n`, { mode: 0o755 });
    return home;
  };

  it('of JAVA_HOME comes first', async () => {
    const home = fakeHome('openjdk version "99.0.1"', 0);
    expect(await findJava({ JAVA_HOME: home })).toEqual({ kind: 'found', command: join(home, 'bin', 'java'), release: 99 });
  });

  it('that fails when it is asked does not count', async () => {
    const found = await findJava({ JAVA_HOME: fakeHome('openjdk version "99.0.1"', 1) });
    expect(found).not.toMatchObject({ release: 99 });
  });
});
