/** Whose secret `oncehook secret` works on: a source's, or the API key of a provider that payments are charged through. */
import { wrongUse } from './operator-error.ts';
import type { PaymentsOutput, SourceOutput, StackDescription } from './stack-description.ts';

export type SecretOwner = {
  /** As it is typed and listed: `stripe`, or `payments/stripe`. No source has a slash in its name. */
  readonly name: string;
  readonly secretId: string;
  /** As a sentence names the secret: `the secret of the source stripe`. */
  readonly secret: string;
} & ({ readonly kind: 'source'; readonly source: SourceOutput } | { readonly kind: 'payments'; readonly payments: PaymentsOutput });

type Owners = Pick<StackDescription, 'sources' | 'payments'>;

export function secretOwners({ sources, payments }: Owners): readonly SecretOwner[] {
  return [...sources.map(ofSource), ...(payments?.providers ?? []).map(ofPayments)];
}

/** Throws wrong use that lists what there is. */
export function findSecretOwner(stack: Owners, name: string): SecretOwner {
  const owners = secretOwners(stack);
  const owner = owners.find((candidate) => candidate.name === name);
  if (owner !== undefined) return owner;
  const known = owners.map((candidate) => candidate.name);
  const list = known.length === 0 ? 'the stack has none: add one to "sources" in cdk.json' : `the stack has: ${known.join(', ')}`;
  throw wrongUse('UNKNOWN_SOURCE', `There is no source ${JSON.stringify(name)}; ${list}.`);
}

function ofSource(source: SourceOutput): SecretOwner {
  const { source: name, secretId } = source;
  return { kind: 'source', source, name, secretId, secret: `the secret of the source ${name}` };
}

function ofPayments(payments: PaymentsOutput): SecretOwner {
  const name = `payments/${payments.provider}`;
  return { kind: 'payments', payments, name, secretId: payments.secretId, secret: `the API key of ${name}` };
}
