/** What this machine must have before anything heavy starts, each thing that is missing said in one sentence. */
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { type FoundJava, findJava, JAVA_RELEASE_MIN } from './engines/find-java.ts';
import type { Environment } from './environment.ts';

export type Machine = {
  readonly platform: string;
  readonly java: FoundJava;
  readonly temporaryDirectory: string;
  /** Undefined where the system does not say. */
  readonly freeBytes: number | undefined;
};

/** Bundles, the engine's native library and the logs of a long demo take about half of this. */
const FREE_MEGABYTES_MIN = 200;
const MEGABYTE = 1024 * 1024;

export async function probeMachine(environment: Environment): Promise<Machine> {
  const temporaryDirectory = tmpdir();
  return {
    platform: process.platform,
    java: await findJava(environment),
    temporaryDirectory,
    freeBytes: await freeBytesOf(temporaryDirectory),
  };
}

/** One sentence for each thing that is missing; empty where everything is there. */
export function missingPrerequisites({ platform, java, temporaryDirectory, freeBytes }: Machine): readonly string[] {
  const missing: string[] = [];
  if (java.kind !== 'found') {
    const what = java.kind === 'old' ? `Java ${java.release} (${java.command}) is too old` : 'Java is missing';
    missing.push(
      `${what}: Amazon's DynamoDB Local needs Java ${JAVA_RELEASE_MIN} or newer; ${INSTALL_JAVA[platform] ?? INSTALL_JAVA_ELSEWHERE}.`,
    );
  }
  if (freeBytes !== undefined && freeBytes < FREE_MEGABYTES_MIN * MEGABYTE) {
    const free = Math.floor(freeBytes / MEGABYTE);
    missing.push(
      `The disk is nearly full: ${temporaryDirectory} has ${free} MB left, and ${FREE_MEGABYTES_MIN} MB are needed; free some, or set TMPDIR to another disk.`,
    );
  }
  return missing;
}

const INSTALL_JAVA: { readonly [platform: string]: string } = {
  linux:
    'install it with `sudo apt-get install default-jre-headless` (Debian, Ubuntu) or `sudo dnf install java-latest-openjdk-headless` (Fedora)',
  darwin: 'install it with `brew install openjdk@21`, then follow the line about the path that brew prints',
  win32: 'install it with `winget install EclipseAdoptium.Temurin.21.JRE`, then open a new terminal',
};
const INSTALL_JAVA_ELSEWHERE = 'install a Java runtime and put `java` on the path, or set JAVA_HOME';

async function freeBytesOf(directory: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
