/** The text of a new consumer: the shortest one that deploys and does something. */

export type ConsumerFacts = { readonly name: string; readonly table: string; readonly provider: string; readonly type: string };

export function consumerTemplate({ name, table, provider, type }: ConsumerFacts): string {
  const key = /^\w+$/.test(provider) ? provider : `'${provider}'`;
  return `/** What shall happen exactly once for each ${type} of ${provider}. */
import { defineConsumer } from '../core/contracts.ts';

export default defineConsumer({
  name: '${name}',
  epoch: 1,
  subscribes: { ${key}: ['${type}'] },
  tables: { ${table}: { access: ['put'] } },

  // The effect. These writes and the event's marker are committed together or not at all, so it happens once however often it is delivered.
  apply: (event, tools) => [
    {
      kind: 'put',
      table: '${table}',
      item: { pk: \`\${tools.address}#\${event.id}\`, sk: 'event', type: event.type, occurredAt: event.occurredAt },
    },
  ],
});
`;
}
