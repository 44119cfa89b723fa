/** Who gets a stack's events and who keeps books: from this directory's files, held against what the stack says that it has. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Consumer } from '../lambdas/core/contracts.ts';
import type { QueueConsumer } from '../lambdas/core/define-queue.ts';
import type { Route } from '../lambdas/core/routes.ts';
import type { BookedBy } from '../lambdas/pipeline/reconciliation-run.ts';
import { providerApiOf } from './load-provider.ts';
import { OperatorError } from './operator-error.ts';
import type { StackDescription } from './stack-description.ts';

export type StackRoutes = {
  readonly routes: readonly Route[];
  /** The books that consumers of the stack keep of a provider. */
  booksOf(provider: string): readonly BookedBy[];
};

type Stack = Pick<StackDescription, 'consumers' | 'queues' | 'payments'>;
type Declared = (Consumer | QueueConsumer) & { readonly books?: Consumer['books'] };

const OWN_FOLDER = join(import.meta.dirname, '..', 'lambdas', 'consumers');

/**
 * Only what the stack has: a consumer that is new in this directory has no queue there yet. Throws an `OperatorError` where the stack has one that
 * this directory lacks, since an event stored from here would never come to it.
 */
export async function stackRoutes(stack: Stack, folder = OWN_FOLDER): Promise<StackRoutes> {
  const deployed = new Set([...stack.consumers, ...stack.queues].map(({ address }) => address));
  const own = (await loadDeclared(folder)).filter((consumer) => deployed.has(addressOf(consumer)));
  const routes = own.map((consumer): Route => ({ address: addressOf(consumer), subscribes: consumer.subscribes }));
  const builtIn = await confirmations(stack);
  const known = new Set([...routes, ...builtIn].map(({ address }) => address));
  // Charges are addressed one by one: nobody subscribes to them.
  const charges = stack.payments?.providers.map(({ provider }) => `charge-${provider}@1`) ?? [];
  const unknown = [...deployed].filter((address) => !known.has(address) && !charges.includes(address));
  if (unknown.length > 0) throw otherCode(unknown);
  return {
    routes: [...routes, ...builtIn],
    booksOf: (provider) => own.flatMap((consumer) => bookedBy(consumer, provider)),
  };
}

async function loadDeclared(folder: string): Promise<readonly Declared[]> {
  const files = readdirSync(folder).filter((file) => /^[a-z][a-z0-9-]{0,39}\.ts$/.test(file));
  return await Promise.all(
    files.sort().map(async (file) => {
      const path = join(folder, file);
      try {
        return ((await import(pathToFileURL(path).href)) as { readonly default: Declared }).default;
      } catch (cause) {
        const detail = cause instanceof Error ? cause.message : String(cause);
        throw new OperatorError('CONSUMER_BROKEN', `lambdas/consumers/${file} does not load: ${detail}`, { cause });
      }
    }),
  );
}

function addressOf({ name, epoch }: Declared): string {
  return `${name}@${epoch}`;
}

/** The consumers that payments bring, as synth makes them. */
async function confirmations({ payments }: Stack): Promise<readonly Route[]> {
  return await Promise.all(
    (payments?.providers ?? []).map(async (output) => {
      const { charge } = await providerApiOf(output);
      return { address: `confirm-${output.provider}@1`, subscribes: { [output.provider]: charge?.eventTypes ?? [] } };
    }),
  );
}

function bookedBy(consumer: Declared, provider: string): readonly BookedBy[] {
  const books = consumer.books?.[provider];
  return books === undefined ? [] : [{ address: addressOf(consumer), books }];
}

function otherCode(addresses: readonly string[]): OperatorError {
  return new OperatorError(
    'OTHER_CODE',
    `The stack has ${addresses.join(', ')}, and lambdas/consumers of this directory has not. What is brought in from here would not come there: run the command from the code that the stack was deployed from.`,
  );
}
