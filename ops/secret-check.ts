/** Whether a text can be the secret that an owner needs: looked at before anything is stored. Nothing thrown here ever holds the secret. */
import type { ProviderApi } from '../lambdas/core/provider-api.ts';
import { loadProvider, providerApiOf, providerOf } from './load-provider.ts';
import { wrongUse } from './operator-error.ts';
import type { ProviderModule } from './provider-page.ts';
import { secretFault } from './secret-entries.ts';
import type { SecretOwner } from './secret-owner.ts';
import type { PaymentsOutput, SourceOutput } from './stack-description.ts';

export type SecretCheck = {
  /** The provider as people know it. */
  readonly title: string;
  /** Throws wrong use for what cannot be its secret. */
  check(secret: string): void;
};

export async function secretCheck(owner: SecretOwner): Promise<SecretCheck> {
  const { title, check } = await (owner.kind === 'source' ? signingSecret(owner.source) : apiKey(owner.payments));
  return {
    title,
    check: (secret) => {
      const fault = secretFault(secret);
      if (fault !== undefined) throw wrongUse('BAD_SECRET', `What was given as ${owner.secret} ${fault}.`);
      check(secret);
    },
  };
}

async function signingSecret(source: SourceOutput): Promise<SecretCheck> {
  const module = await providerOf(source);
  return { title: module.guide.title, check: (secret) => checkSigning(module, secret, source) };
}

function checkSigning({ default: provider, guide }: ProviderModule, secret: string, source: SourceOutput): void {
  try {
    provider.sign?.({ body: Buffer.from('{}'), secret, nowSeconds: 0, id: 'check', url: source.signedUrl ?? source.url });
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw wrongUse('BAD_SECRET', `What was given is no secret of ${guide.title}: ${cause.message}`);
  }
}

async function apiKey(payments: PaymentsOutput): Promise<SecretCheck> {
  const api = await providerApiOf(payments);
  const title = (await loadProvider(payments.provider))?.guide.title ?? payments.provider;
  return { title, check: (key) => checkApiKey(api, key, { title, mode: payments.mode }) };
}

/** A key of the other mode would be refused by each function, so that nothing is paid, or nothing that counts. */
function checkApiKey(api: ProviderApi, key: string, expected: { readonly title: string; readonly mode: PaymentsOutput['mode'] }): void {
  const { title, mode } = expected;
  const ofKey = api.modeOfKey(key);
  if (ofKey === undefined) throw wrongUse('BAD_SECRET', `What was given is no API key of ${title}: it has another form.`);
  if (ofKey === 'either' || ofKey === mode) return;
  throw wrongUse(
    'BAD_SECRET',
    `What was given is an API key of ${title} for the mode "${ofKey}", and the stack charges in the mode "${mode}" ("payments" in cdk.json). Give it the key of that mode.`,
  );
}
