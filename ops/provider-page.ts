/** `docs/providers.md`, written from the providers themselves, so that it cannot say anything they do not do. */
import type { Provider } from '../lambdas/core/provider.ts';
import type { ProviderGuide } from '../lambdas/core/provider-guide.ts';

/** What a file of `lambdas/providers/` exports. */
export type ProviderModule = { readonly default: Provider; readonly guide: ProviderGuide };

export function providerPage(modules: readonly ProviderModule[]): string {
  const [sources, unproven] = [true, false].map((wanted) => modules.filter((module) => isSource(module.default) === wanted));
  return [
    '# Providers',
    '',
    'Written by `npm run docs` from the files in `lambdas/providers/`; change it there. What every provider has in common is in',
    '[the design](design.md): raw bytes are verified, the identity is authentic, a duplicate gets the first answer again.',
    '',
    ...table(modules),
    '',
    '*Authenticity*: `signed` covers the whole event. `partial` covers the fields named below only; anything else could be changed by somebody who holds a',
    'signed request, so a consumer decides by the named fields or asks the provider. `fetched` is what the provider said when its API was asked. It travels with each event',
    'as `authenticity` and `signedFields`.',
    '',
    ...(sources ?? []).flatMap(section),
    '## Not a source yet',
    '',
    'Their requests prove too little to be stored: the object must be fetched from the provider first. Until that exists, naming one in `cdk.json` fails at synth.',
    'What their requests do prove is verified all the same, and `npx oncehook verify` explains it.',
    '',
    ...(unproven ?? []).flatMap(section),
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

function table(modules: readonly ProviderModule[]): string[] {
  const rows = modules.map(({ default: provider, guide }) => {
    const answers = `${provider.answerWithinSeconds} s`;
    const age = guide.signsTime ? `${provider.toleranceSeconds} s` : 'any';
    return `| [\`${provider.name}\`](#${provider.name}) | ${guide.title} | ${guide.header.replaceAll('|', '\\|')} | ${guide.authenticity} | ${age} | ${answers} | ${place(provider)} |`;
  });
  return [
    '| provider | name | signature | authenticity | age allowed | waits for our answer | source |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ];
}

function isSource({ needsFetch, fetch }: Provider): boolean {
  return needsFetch === undefined || fetch !== undefined;
}

function place(provider: Provider): string {
  if (!isSource(provider)) return 'not yet';
  return provider.fetch === undefined ? 'yes' : 'yes, with an API key';
}

function section({ default: provider, guide }: ProviderModule): string[] {
  const { answer, fetch, keys, needsFetch, signsUrl } = provider;
  const facts = [
    ['Header', guide.header],
    ['What is signed', guide.signs],
    ['Secret', guide.secret],
    ['Identity', guide.identity],
    ['Retries', guide.retries],
    ['Authenticity', authenticityText(guide)],
    ['Age allowed', ageText(provider, guide)],
    ['Waits for our answer', `${provider.answerWithinSeconds} seconds; ours is given a second earlier`],
    ['Answer', answerText(answer)],
    ...(signsUrl === true ? [['URL', 'is signed: the one the stack prints, or `url` of the source']] : []),
    ...(keys === undefined
      ? []
      : [['Public keys', `fetched from the provider and held for ${Math.round(keys.cacheSeconds / 60)} minutes`]]),
    ...(fetch === undefined
      ? []
      : [['Fetched', `from ${fetch.origin} for each request, and stored instead of it. ${needsFetch ?? ''}`.trim()]]),
    ...(isSource(provider) ? [] : [['Why it is no source yet', needsFetch]]),
  ];
  return [
    `<a id="${provider.name}"></a>`,
    '',
    `## ${guide.title} (\`${provider.name}\`)`,
    '',
    ...facts.map(([name, text]) => `- **${name}**: ${text}`),
    '',
    ...(isSource(provider) ? ['Setting it up:', '', ...guide.setup.map((step, index) => `${index + 1}. ${step}`), ''] : []),
    'What goes wrong:',
    '',
    ...guide.pitfalls.map((pitfall) => `- ${pitfall}`),
    '',
    `From: ${guide.sources.join(' · ')}`,
    '',
  ];
}

function authenticityText({ authenticity, signedFields = [] }: ProviderGuide): string {
  if (authenticity === 'signed') return '`signed`: all of the event';
  if (authenticity === 'fetched') return '`fetched`: the provider itself said all of it when it was asked';
  return signedFields.length === 0 ? '`partial`: nothing of it' : `\`partial\`: ${signedFields.map((field) => `\`${field}\``).join(', ')}`;
}

function ageText({ toleranceSeconds }: Provider, { signsTime }: ProviderGuide): string {
  if (!signsTime) return 'any: no time is signed, so a request can be sent again for ever, and is a duplicate each time';
  return `${toleranceSeconds} seconds either way; \`toleranceSeconds\` of the source changes it`;
}

function answerText(answer: Provider['answer']): string {
  const body = answer?.body ?? '{"received":true}';
  return `200 with \`${body}\`; ${answer?.refusedStatus ?? 401} for what is not authentic`;
}
