/** The sources a user configures in `cdk.json`: one endpoint of a payment provider each, with its own URL and secret. */
import { z } from 'zod';
import { ConfigurationError } from './configuration-error.ts';
import { checkPascalCase } from './pascal-case.ts';
import type { LoadedProvider } from './providers.ts';
import { showValue } from './show-value.ts';

export type Source = {
  readonly name: string;
  readonly provider: LoadedProvider;
  /** Undefined where the provider's own tolerance holds. */
  readonly toleranceSeconds: number | undefined;
  /** What every event must be, else it goes to quarantine; and what an event is whose provider does not say. Undefined: both, `live` where it is not said. */
  readonly mode: 'live' | 'test' | undefined;
  /** The account every event must name, else it goes to quarantine. */
  readonly account: string | undefined;
  /** The URL as it stands at the provider, where that is not the one the stack prints. */
  readonly url: string | undefined;
};

/** A provider that sends old timestamps with its retries does so for days; deduplication makes a wide window harmless. */
const TOLERANCE_SECONDS_MAX = 7 * 24 * 3600;

const NAME_RULE = '1 to 40 lower-case letters, digits and hyphens, starting with a letter; it becomes the last part of the URL';

const OPTIONS = '"provider", "toleranceSeconds", "mode", "account" and "url"';

/** A source's name begins its events' keys: these words begin other keys of the same tables. */
const NAMES_TAKEN = ['key', 'quarantine', 'oncehook'];

/** Reads the context value `sources`. Throws one `ConfigurationError` that lists every fault with its place. */
export function readSources(value: unknown, providers: readonly LoadedProvider[]): Source[] {
  if (value === undefined) throw faults('NO_SOURCES', ['it is missing.']);
  const parsed = sourcesSchema(providers).safeParse(value);
  if (!parsed.success) throw faults('BAD_SOURCES', parsed.error.issues.map(describe));
  const sources = Object.entries(parsed.data).map(
    ([name, { provider, toleranceSeconds, mode, account, url }]): Source => ({
      name,
      provider: providers.find((one) => one.name === provider) as LoadedProvider,
      toleranceSeconds,
      mode,
      account,
      url,
    }),
  );
  if (sources.length === 0) throw faults('NO_SOURCES', ['it is empty.']);
  const names = sources.map(({ name }) => name);
  const taken = names.find((name) => NAMES_TAKEN.includes(name));
  if (taken !== undefined) throw faults('NAME_TAKEN', [`the name ${showValue(taken)} is taken by the product itself; choose another.`]);
  checkPascalCase('source', names);
  checkProviders(sources);
  return sources;
}

/** What only source and provider together decide. */
function checkProviders(sources: readonly Source[]): void {
  const unproven = sources.flatMap(({ name, provider: { name: provider, needsFetch } }) =>
    needsFetch === undefined ? [] : [`sources.${name}.provider: ${provider} cannot be a source yet. ${needsFetch}`],
  );
  if (unproven.length > 0) throw faults('NEEDS_FETCH', unproven);
  const needless = sources.flatMap(({ name, provider, url }) =>
    url === undefined || provider.signsUrl
      ? []
      : [
          `sources.${name}.url: ${provider.name} does not sign its URL, so none is compared; leave "url" out. The URL to paste is an output of the stack.`,
        ],
  );
  if (needless.length > 0) throw faults('NEEDLESS_URL', needless);
}

function sourcesSchema(providers: readonly LoadedProvider[]) {
  const names = providers.map(({ name }) => name);
  const source = z.strictObject(
    {
      provider: z.enum(names, {
        error: ({ input }) => `received ${showValue(input)}; allowed are ${names.join(', ')}: the files in lambdas/providers.`,
      }),
      toleranceSeconds: z
        .int({
          error: ({ input }) => `received ${showValue(input)}; allowed is a whole number of seconds from 1 to ${TOLERANCE_SECONDS_MAX}.`,
        })
        .min(1)
        .max(TOLERANCE_SECONDS_MAX)
        .optional(),
      mode: z.enum(['live', 'test'], { error: ({ input }) => `received ${showValue(input)}; allowed are "live" and "test".` }).optional(),
      account: z
        .string({ error: ({ input }) => `received ${showValue(input)}; allowed is the account as the provider's events name it.` })
        .regex(/^[A-Za-z0-9][A-Za-z0-9_\-:./]{0,254}$/, {
          error: ({ input }) =>
            `received ${showValue(input)}; allowed are 1 to 255 letters, digits and _-:./ as the provider's events name it.`,
        })
        .optional(),
      url: z
        .string({ error: ({ input }) => `received ${showValue(input)}; allowed is the https URL exactly as it stands at the provider.` })
        .refine(isHttpsUrl, {
          error: ({ input }) => `received ${showValue(input)}; allowed is the https URL exactly as it stands at the provider.`,
        })
        .optional(),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `unknown option ${issue.keys.map(showValue).join(', ')}; allowed are ${OPTIONS}. A secret has no place here: it is set after the deployment, with \`npx oncehook secret set\`.`
          : `received ${showValue(issue.input)}; allowed is an object like { "provider": "${names[0]}" }.`,
    },
  );
  return z.record(z.string().regex(/^[a-z][a-z0-9-]{0,39}$/), source, {
    error: (issue) =>
      issue.code === 'invalid_key'
        ? `the name is not allowed; a source's name is ${NAME_RULE}.`
        : `received ${showValue(issue.input)}; allowed is an object of sources by name.`,
  });
}

function isHttpsUrl(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:' && new URL(text).username === '' && !/\s/.test(text);
}

function describe(issue: z.core.$ZodIssue): string {
  return `${['sources', ...issue.path].join('.')}: ${issue.message}`;
}

function faults(code: string, list: readonly string[]): ConfigurationError {
  const example = '{ "sources": { "stripe": { "provider": "stripe" } } }';
  return new ConfigurationError(
    code,
    `The context "sources" in cdk.json is not usable:\n${list.map((fault) => `  - ${fault}`).join('\n')}\nAn example of the context: ${example}`,
  );
}
