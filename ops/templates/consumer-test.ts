/** The text of a new consumer's test: the contract every consumer keeps, and one example of its effect. */
import type { ConsumerFacts } from './consumer.ts';

export function consumerTestTemplate({ name, table, provider, type }: ConsumerFacts): string {
  const exampleType = type === '*' ? 'example.happened' : type;
  return `/** ${name}: the contract every consumer keeps, and its own effect. */
import { describe, expect, it } from '@jest/globals';
import consumer from '../../lambdas/consumers/${name}.ts';
import { consumerContract } from '../contracts/consumer-contract.ts';
import { type ConsumerSample, eventKeyOf } from '../contracts/consumer-sample.ts';
import { deliver } from '../contracts/deliver.ts';

const sample: ConsumerSample = {
  provider: '${provider}',
  type: '${exampleType}',
  // Put the event here as ${provider === 'oncehook' ? 'the other consumer publishes' : 'the provider sends'} it.
  data: {},
};

consumerContract(consumer, [sample]);

describe('${name}', () => {
  it('writes one item for an event', async () => {
    const { outcome, writes } = await deliver(consumer, sample);
    expect(outcome).toBe('applied');
    expect(writes).toMatchObject([
      {
        kind: 'put',
        table: '${table}',
        item: { pk: \`${name}@1#\${eventKeyOf(sample)}\`, type: sample.type },
      },
    ]);
  });
});
`;
}
