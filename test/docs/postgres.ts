/** A PostgreSQL of a test's own: made in a temporary folder, on a loopback port, and gone with the test. */
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Postgres = { readonly url: string; stop(): Promise<void> };

const DEBIAN = '/usr/lib/postgresql';
const READY = 'database system is ready to accept connections';

/** Where its programs are; undefined where there is none. Debian keeps them out of the path, one folder a version. */
export function postgresFolder(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((one, other) => Number(other) - Number(one)) : [];
  return versions.map((version) => join(DEBIAN, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')));
}

export async function startPostgres(): Promise<Postgres> {
  const programs = postgresFolder();
  if (programs === undefined) throw new Error('There is no PostgreSQL on this machine.');
  const folder = mkdtempSync(join(tmpdir(), 'oncehook-postgres-'));
  const owner = ownerOf(folder);
  const data = join(folder, 'data');
  const init = ['-D', data, '-U', 'oncehook', '--auth=trust', '--no-sync', '--no-locale', '-E', 'UTF8'];
  execFileSync(join(programs, 'initdb'), init, { ...owner, cwd: folder, stdio: 'pipe' });
  const port = await freePort();
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off'].flatMap((setting) => ['-c', setting]);
  const server = spawn(join(programs, 'postgres'), ['-D', data, '-p', String(port), ...settings], {
    ...owner,
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const endWithTest = () => server.kill('SIGKILL');
  process.once('exit', endWithTest);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${said}`)));
    server.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes(READY)) resolve();
    });
  });
  return {
    url: `postgres://oncehook@127.0.0.1:${port}/postgres`,
    stop: async () => {
      process.removeListener('exit', endWithTest);
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root; then the folder is given to somebody who is not, and can be reached by them. */
function ownerOf(folder: string): { readonly uid?: number; readonly gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((what) => Number(execFileSync('id', [what, 'postgres'], { encoding: 'utf8' }))) as [number, number];
  const above = tmpdir();
  const { mode } = statSync(above);
  if ((mode & 0o001) === 0) chmodSync(above, mode | 0o001);
  chownSync(folder, uid, gid);
  return { uid, gid };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
