/** Names of sources and consumers as CloudFormation can write them in logical ids and outputs. */
import { ConfigurationError } from './configuration-error.ts';

/** `stripe-eu` → `StripeEu`. */
export function pascalCase(name: string): string {
  return name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

/** Throws where two names differ as they are and are the same in PascalCase: `a-1` and `a1` would share their logical ids. */
export function checkPascalCase(kind: string, names: readonly string[]): void {
  const taken = new Map<string, string>();
  for (const name of names) {
    const other = taken.get(pascalCase(name));
    if (other !== undefined) {
      throw new ConfigurationError(
        'SAME_NAME',
        `The ${kind}s ${JSON.stringify(other)} and ${JSON.stringify(name)} are both ${pascalCase(name)} in PascalCase, which is how CloudFormation knows them. Rename one.`,
      );
    }
    taken.set(pascalCase(name), name);
  }
}
