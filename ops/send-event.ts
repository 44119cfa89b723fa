/** Makes one fresh event and delivers it once or several times, as a provider that lost the answer would. */
import { systemClock } from '../lambdas/aws/system-clock.ts';
import { systemRandom } from '../lambdas/aws/system-random.ts';
import type { Connection } from './connection.ts';
import { fixtureOf, fixtureProviders } from './fixtures/fixture-of.ts';
import { freshFrom } from './fixtures/fresh.ts';
import { OperatorError, wrongUse } from './operator-error.ts';
import type { SourceOutput } from './stack-description.ts';
import { createWebhookSender, type Delivery } from './webhook-sender.ts';

export type SendRequest = { readonly source: string; readonly type: string; readonly times: number };

export type Sent = { readonly id: string; readonly bytes: number; readonly url: string; readonly deliveries: AsyncIterable<Delivery> };

/** Checks everything that was typed before anything is sent; the deliveries run one after the other as they are read. */
export async function sendEvent(connection: Connection, request: SendRequest): Promise<Sent> {
  const source = findSource(connection.sources, request.source);
  const fixture = await fixtureOf(source.provider);
  if (fixture === undefined) {
    throw new OperatorError(
      'NO_FIXTURES',
      `The provider ${source.provider} of the source ${source.source} has no events to send; there are some for ${fixtureProviders().join(', ')}. Write them in ops/fixtures/${source.provider}.ts.`,
    );
  }
  if (!fixture.types.includes(request.type)) {
    throw wrongUse(
      'UNKNOWN_TYPE',
      `There is no event type ${JSON.stringify(request.type)} to send for ${source.provider}; there are: ${fixture.types.join(', ')}.`,
    );
  }
  const sender = await createWebhookSender(connection, source);
  const made = fixture.make(request.type, freshFrom(Math.floor(systemClock.nowMillis() / 1000), systemRandom.fraction));
  const deliveries = async function* () {
    for (let done = 0; done < request.times; done += 1) yield await sender.post(made);
  };
  return { id: made.id, bytes: made.body.byteLength, url: source.url, deliveries: deliveries() };
}

/** Throws wrong use that lists what there is. */
export function findSource(sources: readonly SourceOutput[], name: string): SourceOutput {
  const source = sources.find((candidate) => candidate.source === name);
  if (source !== undefined) return source;
  const known = sources.map((candidate) => candidate.source);
  const list = known.length === 0 ? 'the stack has none: add one to "sources" in cdk.json' : `the stack has: ${known.join(', ')}`;
  throw wrongUse('UNKNOWN_SOURCE', `There is no source ${JSON.stringify(name)}; ${list}.`);
}
