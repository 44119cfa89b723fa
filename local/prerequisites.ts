/** What this machine must have before anything heavy starts, each thing that is missing said in one sentence; and which engines it gets. */
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { type FoundJava, findJava, JAVA_RELEASE_MIN } from './engines/find-java.ts';
import type { Environment } from './environment.ts';
import { LocalError } from './local-error.ts';

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

/** `real` is Amazon's DynamoDB Local and fauxqs; `embedded` is ours, in this process. */
export type EngineKind = 'real' | 'embedded';

export type ChosenEngine =
  | { readonly kind: 'real'; readonly java: string }
  /** `notice` says in one sentence why nobody asked for it and it was taken all the same. */
  | { readonly kind: 'embedded'; readonly notice?: string };

/** The engines that were asked for; where none were, the real ones if they can run here. Throws `MISSING_PREREQUISITE`. */
export function chooseEngine(machine: Machine, wanted: EngineKind | undefined): ChosenEngine {
  const { java } = machine;
  const missing = [...(wanted === 'real' && java.kind !== 'found' ? [missingJava(machine, java)] : []), ...missingRoom(machine)];
  if (missing.length > 0) throw new LocalError('MISSING_PREREQUISITE', missing.join('\n'));
  if (wanted === 'embedded') return { kind: 'embedded' };
  if (java.kind === 'found') return { kind: 'real', java: java.command };
  return {
    kind: 'embedded',
    notice: `${whatOf(java)}, so embedded engines stand in for DynamoDB and SQS (npm start -- --engine real says how to get Java).`,
  };
}

type NoJava = Exclude<FoundJava, { readonly kind: 'found' }>;

function whatOf(java: NoJava): string {
  return java.kind === 'old' ? `Java ${java.release} (${java.command}) is too old` : 'Java is missing';
}

function missingJava({ platform }: Machine, java: NoJava): string {
  const install = INSTALL_JAVA[platform] ?? INSTALL_JAVA_ELSEWHERE;
  return `${whatOf(java)}: Amazon's DynamoDB Local needs Java ${JAVA_RELEASE_MIN} or newer; start with --engine embedded, or ${install}.`;
}

function missingRoom({ temporaryDirectory, freeBytes }: Machine): readonly string[] {
  if (freeBytes === undefined || freeBytes >= FREE_MEGABYTES_MIN * MEGABYTE) return [];
  const free = Math.floor(freeBytes / MEGABYTE);
  return [
    `The disk is nearly full: ${temporaryDirectory} has ${free} MB left, and ${FREE_MEGABYTES_MIN} MB are needed; free some, or set TMPDIR to another disk.`,
  ];
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
