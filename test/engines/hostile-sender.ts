/** Writes bytes on a connection of its own and reads every answer that comes back, as a sender does who does not care for HTTP. */
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Wire } from '../contracts/hostile-request.ts';

export type RawAnswer = { readonly status: number; readonly headers: string; readonly body: string };

/** Long enough that the pieces arrive apart, and that a server has seen what there is before its sender leaves. */
const PAUSE_MILLIS = 20;
const ANSWER_MILLIS_MAX = 15_000;
const NO_CHUNKS = '0\r\n\r\n';

/** Resolves once the connection has ended; rejects where it stays open. */
export async function sendRaw(url: string, wire: Wire | Uint8Array): Promise<readonly RawAnswer[]> {
  const { pieces, hangUp = false } = 'pieces' in wire ? wire : { pieces: [wire] };
  const socket = connect({ port: Number(new URL(url).port), host: '127.0.0.1' });
  const received: Buffer[] = [];
  const closed = new Promise<void>((resolve, reject) => {
    socket.setTimeout(ANSWER_MILLIS_MAX, () => socket.destroy(new Error('The connection stayed open and nothing came.')));
    socket.on('data', (chunk) => received.push(chunk));
    // A server that has heard enough ends the connection under our hands; what it answered before that counts.
    socket.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve() : reject(error),
    );
    socket.on('close', () => resolve());
  });
  for (const [index, piece] of pieces.entries()) {
    if (index > 0) await wait(PAUSE_MILLIS);
    if (!socket.destroyed) socket.write(piece);
  }
  if (hangUp) {
    await wait(PAUSE_MILLIS);
    socket.destroy();
  }
  await closed;
  return answersIn(Buffer.concat(received));
}

function answersIn(bytes: Buffer): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    if (headEnd === -1) throw new Error(`An answer ends early: ${JSON.stringify(bytes.subarray(at).toString('latin1'))}`);
    const headers = bytes.subarray(at, headEnd).toString('latin1');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(headers)?.[1]);
    const bodyAt = headEnd + 4;
    if (/^transfer-encoding: chunked$/im.test(headers)) {
      // Node's own refusals: chunks, and none of them holds anything.
      if (bytes.indexOf(NO_CHUNKS, bodyAt) !== bodyAt) throw new Error('An answer came in chunks, which nothing of ours does.');
      answers.push({ status, headers, body: '' });
      at = bodyAt + NO_CHUNKS.length;
    } else {
      const length = Number(/^content-length: (\d+)$/im.exec(headers)?.[1] ?? 0);
      answers.push({ status, headers, body: bytes.subarray(bodyAt, bodyAt + length).toString('utf8') });
      at = bodyAt + length;
    }
  }
  return answers;
}
