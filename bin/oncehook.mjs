#!/usr/bin/env node
/**
 * Starts the command `oncehook` with a Node that can run it. Plain JavaScript like the guard: where the Node of the machine is too old
 * and `npm ci` brought a newer one, that one takes over; otherwise the guard says what to do.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const guard = new URL('./require-node.mjs', import.meta.url);
const broughtByNpm = fileURLToPath(
  new URL(`../node_modules/node/bin/${process.platform === 'win32' ? 'node.exe' : 'node'}`, import.meta.url),
);

if (Number(process.versions.node.split('.')[0]) < 24 && existsSync(broughtByNpm)) {
  takeOver();
} else {
  import(guard.href)
    .then(() => import('../ops/cli.ts'))
    .then((cli) => cli.main(process.argv.slice(2), { start: (options) => import('../local/run.ts').then((local) => local.run(options)) }))
    .then((code) => {
      process.exitCode = code;
    })
    .catch((error) => {
      process.stderr.write(`${error.stack}\n`);
      process.exitCode = 1;
    });
}

/** The guard is loaded first there too, so that a wrong Node in that place ends in its sentence and not in a loop. */
function takeOver() {
  const child = spawn(broughtByNpm, ['--import', guard.href, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => reachedByTerminal(signal) || child.kill(signal));
  child.on('exit', (code, signal) => {
    for (const one of signals) process.removeAllListeners(one);
    if (signal === null) process.exitCode = code;
    else process.kill(process.pid, signal);
  });
}

/** Ctrl-C goes to both processes: passed on as well it would count as a second, impatient one. */
function reachedByTerminal(signal) {
  return signal === 'SIGINT' && process.stdin.isTTY === true;
}
