/** What a stack charges through, for the verbs that need it. */
import { OperatorError, wrongUse } from './operator-error.ts';
import type { PaymentsDescription, PaymentsOutput, StackDescription } from './stack-description.ts';

/** Throws where the stack charges nothing. */
export function paymentsOf({ payments }: Pick<StackDescription, 'payments'>): PaymentsDescription {
  if (payments !== undefined) return payments;
  throw new OperatorError(
    'NO_PAYMENTS',
    'The stack charges nothing, so it has no payments. Add a provider to "payments" in cdk.json (docs/payments.md), and start or deploy it again.',
  );
}

/** The provider that was named, or the only one there is. A name that the stack does not know is for the stack to refuse. */
export function providerNamed({ providers }: PaymentsDescription, name: string | undefined): string {
  if (name !== undefined) return name;
  const [only, ...others] = providers.map(({ provider }) => provider);
  if (only !== undefined && others.length === 0) return only;
  throw wrongUse('WHICH_PROVIDER', `The stack charges through ${[only, ...others].join(', ')}: say which with --provider.`);
}

/** What is charged through this source, or through all where none is named. */
export function paymentsOfSource({ providers }: PaymentsDescription, source: string | undefined): readonly PaymentsOutput[] {
  const found = providers.filter((one) => source === undefined || one.source === source);
  if (found.length > 0) return found;
  const known = providers.map((one) => one.source).join(', ');
  throw wrongUse(
    'UNKNOWN_SOURCE',
    `Nothing is charged through a source ${JSON.stringify(source)}; reconciliation knows: ${known} ("payments" in cdk.json).`,
  );
}
