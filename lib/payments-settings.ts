/** The providers a user charges payments through, as configured in `cdk.json`. */
import { z } from 'zod';
import { ConfigurationError } from './configuration-error.ts';
import type { LoadedProviderApi } from './provider-apis.ts';
import { showValue } from './show-value.ts';
import type { Source } from './sources.ts';

export type PaymentsProvider = {
  readonly name: string;
  /** The file of its provider API. */
  readonly file: string;
  /** The provider's events that say something of a payment. */
  readonly events: readonly string[];
  /** Whose events tell how its payments end. */
  readonly source: Source;
  /** What is charged: real money or the provider's own. The API key must be of the same mode. */
  readonly mode: 'live' | 'test';
};

/** What there is to choose from. */
export type PaymentsChoice = { readonly apis: readonly LoadedProviderApi[]; readonly sources: readonly Source[] };

/** Reads the context value `payments`; none are charged where it is absent. Throws one `ConfigurationError` that lists every fault with its place. */
export function readPayments(value: unknown, choice: PaymentsChoice): PaymentsProvider[] {
  if (value === undefined) return [];
  const parsed = paymentsSchema(choice).safeParse(value);
  if (!parsed.success) throw faults(parsed.error.issues.map(describe));
  return Object.entries(parsed.data).map(([name, { source, mode }]) => {
    const { file, chargeEvents } = choice.apis.find((api) => api.name === name) as LoadedProviderApi;
    return { name, file, events: chargeEvents ?? [], source: choice.sources.find((one) => one.name === source) as Source, mode };
  });
}

function paymentsSchema({ apis, sources }: PaymentsChoice) {
  const names = apis.filter(({ chargeEvents }) => chargeEvents !== undefined).map(({ name }) => name);
  const fits = (name: string) => sources.filter(({ provider }) => provider.name === name);
  return z.strictObject(Object.fromEntries(names.map((name) => [name, providerSchema(name, fits(name)).exactOptional()])), {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `nothing can be charged through ${issue.keys.map(showValue).join(', ')}; allowed are ${names.join(', ')}: the files in lambdas/provider-apis with a \`charge\`.`
        : `received ${showValue(issue.input)}; allowed is an object of providers by name, and {} where nothing is charged.`,
  });
}

function providerSchema(name: string, sources: readonly Source[]) {
  const names = sources.map((source) => source.name);
  const only = names.length === 1 ? names[0] : undefined;
  const source = z.enum(names, { error: ({ input }) => `received ${showValue(input)}; ${allowedSources(name, names)}` });
  return z
    .strictObject(
      {
        source: only === undefined ? source : source.default(only),
        mode: z.enum(['live', 'test'], {
          error: ({ input }) => `received ${showValue(input)}; allowed are "live", which moves money, and "test".`,
        }),
      },
      {
        error: (issue) =>
          issue.code === 'unrecognized_keys'
            ? `unknown option ${issue.keys.map(showValue).join(', ')}; allowed are "source" and "mode". An API key has no place here: it is set after the deployment, with \`npx oncehook secret set payments/${name}\`.`
            : `received ${showValue(issue.input)}; allowed is an object like { "mode": "test" }.`,
      },
    )
    .superRefine(({ source: chosen, mode }, { addIssue }) => {
      const expected = sources.find((one) => one.name === chosen)?.mode;
      if (expected === undefined || expected === mode) return;
      const message = `received "${mode}", and the source ${chosen} takes only events of the mode "${expected}": nothing would tell how a payment ended.`;
      addIssue({ code: 'custom', path: ['mode'], message });
    });
}

function allowedSources(provider: string, names: readonly string[]): string {
  if (names.length === 0)
    return `"sources" has none of the provider ${provider}, whose events tell how payments end: add one, for example { "${provider}": { "provider": "${provider}" } }.`;
  return `allowed is ${names.length === 1 ? 'the source' : 'one of the sources'} of the provider ${provider}: ${names.join(', ')}.`;
}

function describe(issue: z.core.$ZodIssue): string {
  return `${['payments', ...issue.path].join('.')}: ${issue.message}`;
}

function faults(list: readonly string[]): ConfigurationError {
  const example = '{ "payments": { "stripe": { "source": "stripe", "mode": "test" } } }';
  return new ConfigurationError(
    'BAD_PAYMENTS',
    `The context "payments" in cdk.json is not usable:\n${list.map((fault) => `  - ${fault}`).join('\n')}\nAn example of the context: ${example}`,
  );
}
