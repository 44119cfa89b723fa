/**
 * Runs one function's bundle in a worker thread: what AWS's runtime does in a sandbox.
 * This file is what the thread starts, so it works when it is loaded; nothing imports it.
 */
import { openSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../lambdas/aws/system-clock.ts';
import type { FunctionError, InvocationRequest, WorkerMessage, WorkerSetup } from './function-protocol.ts';

type Handler = (event: unknown, context: object) => unknown;

const setup = workerData as WorkerSetup;
const port = parentPort as MessagePort;
const log = openSync(setup.logFile, 'a');

/** Written synchronously, so that a worker that is ended in mid-flight has logged what it did. */
const writeLog = ((chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
  writeSync(log, typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  const done = rest.at(-1);
  if (typeof done === 'function') done();
  return true;
}) as NodeJS.WriteStream['write'];
// These streams are the function's own output, which must not reach the terminal.
for (const stream of [process.stdout, process.stderr]) stream.write = writeLog;

const send = (message: WorkerMessage) => port.postMessage(message);

function load(): Handler | undefined {
  try {
    const handler = (createRequire(setup.file)(setup.file) as { readonly [name: string]: unknown })[setup.exportName];
    if (typeof handler === 'function') return handler as Handler;
    send({
      kind: 'init-failed',
      error: { errorType: 'Runtime.HandlerNotFound', errorMessage: `${setup.exportName} is undefined or not exported` },
    });
  } catch (error) {
    writeLog(`Init error: ${error instanceof Error ? error.stack : error}\n`);
    send({ kind: 'init-failed', error: functionError(error) });
  }
  return undefined;
}

async function invoke(handler: Handler, { requestId, event, deadlineMillis }: InvocationRequest): Promise<void> {
  try {
    const result = await handler(JSON.parse(event), context(requestId, deadlineMillis));
    send({ kind: 'answer', requestId, payload: JSON.stringify(result ?? null) });
  } catch (error) {
    writeLog(`Invoke error: ${error instanceof Error ? error.stack : error}\n`);
    send({ kind: 'failed', requestId, error: functionError(error) });
  }
}

function context(awsRequestId: string, deadlineMillis: number): object {
  return {
    ...setup.context,
    awsRequestId,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadlineMillis - systemClock.nowMillis()),
  };
}

function functionError(error: unknown): FunctionError {
  if (error instanceof Error) return { errorType: error.name, errorMessage: error.message };
  return { errorType: typeof error, errorMessage: String(error) };
}

const handler = load();
if (handler !== undefined) {
  port.on('message', (request: InvocationRequest) => void invoke(handler, request));
  send({ kind: 'ready' });
}
