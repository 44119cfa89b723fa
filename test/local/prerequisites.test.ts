/** What a machine lacks, said before anything heavy starts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findJava, javaRelease } from '../../local/engines/find-java.ts';
import { type Machine, missingPrerequisites, probeMachine } from '../../local/prerequisites.ts';
import { temporaryFolder } from './temporary-folder.ts';

const machine: Machine = {
  platform: 'linux',
  java: { kind: 'found', command: 'java', release: 17 },
  temporaryDirectory: '/tmp',
  freeBytes: 10 ** 12,
};

describe('a machine', () => {
  it('with Java and room lacks nothing, and neither does one that does not say how much room it has', () => {
    expect(missingPrerequisites(machine)).toEqual([]);
    expect(missingPrerequisites({ ...machine, freeBytes: undefined })).toEqual([]);
  });

  it.each([
    ['linux', 'sudo apt-get install default-jre-headless'],
    ['darwin', 'brew install openjdk@21'],
    ['win32', 'winget install EclipseAdoptium.Temurin.21.JRE'],
    ['freebsd', 'set JAVA_HOME'],
  ])('of %s without Java is told in one sentence how to get it', (platform, command) => {
    const missing = missingPrerequisites({ ...machine, platform, java: { kind: 'missing' } });
    expect(missing).toHaveLength(1);
    expect(missing[0]).toMatch(/^Java is missing: Amazon's DynamoDB Local needs Java 17 or newer; .*\.$/);
    expect(missing[0]).toContain(command);
    expect(missing[0]).not.toContain('\n');
  });

  it('with an old Java is told which one was found', () => {
    const [sentence] = missingPrerequisites({ ...machine, java: { kind: 'old', command: '/opt/java/bin/java', release: 11 } });
    expect(sentence).toMatch(/^Java 11 \(\/opt\/java\/bin\/java\) is too old: .*needs Java 17 or newer/);
  });

  it('with less than 200 MB of room is told where and how much, and one with that much is not', () => {
    const [sentence] = missingPrerequisites({ ...machine, freeBytes: 199.9 * 1024 * 1024 });
    expect(sentence).toBe(
      'The disk is nearly full: /tmp has 199 MB left, and 200 MB are needed; free some, or set TMPDIR to another disk.',
    );
    expect(missingPrerequisites({ ...machine, freeBytes: 200 * 1024 * 1024 })).toEqual([]);
  });

  it('that lacks both hears both', () => {
    expect(missingPrerequisites({ ...machine, java: { kind: 'missing' }, freeBytes: 0 })).toHaveLength(2);
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
