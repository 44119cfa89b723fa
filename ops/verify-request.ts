/** Judges one request as ingest would, and reads the events of a valid one. */
import type { ActiveSecret, Provider, Reading, Verdict, VerifyOptions, WebhookRequest } from '../lambdas/core/provider.ts';

/** Everything a verdict depends on. */
export type Check = {
  readonly provider: Provider;
  readonly request: WebhookRequest;
  readonly secrets: readonly ActiveSecret[];
  readonly options: VerifyOptions;
};

export type Judgement =
  | { readonly valid: true; readonly secretId: string; readonly readings: readonly Reading[] }
  | { readonly valid: false; readonly reason: string };

/** Throws nothing but what `keyOf` throws. */
export async function judge(check: Check): Promise<Judgement> {
  const verdict = await verdictOn(check);
  return verdict.valid ? { ...verdict, readings: check.provider.events(check.request) } : verdict;
}

export async function verdictOn({ provider, request, secrets, options }: Check): Promise<Verdict> {
  return await provider.verify(request, secrets, options);
}
