/** The family of providers that sign nothing and send a token in a header, the same in each request: whoever has seen one request can write any other. */
import { sha256 } from './hash.ts';
import type { Provider, SignedRequest, SignInput, Verdict, WebhookRequest } from './provider.ts';
import { headerFault, refused, sameBytes, signingKeys, textKey } from './signature.ts';

/** In what the members of the family differ. */
export type SharedToken = {
  /** In lower case. */
  readonly header: string;
  /** Says what the token is, for the error of `sign`. */
  readonly secretForm: string;
};

/** A valid request proves that its sender knows the token, and nothing about what it says. */
export function sharedToken({ header, secretForm }: SharedToken): {
  verify(request: WebhookRequest, secrets: Parameters<Provider['verify']>[1]): Verdict;
  sign(input: SignInput): SignedRequest;
} {
  return {
    verify: ({ headers }, secrets) => {
      const fault = headerFault(headers, header);
      if (fault !== undefined) return refused(fault);
      const keys = signingKeys(secrets, textKey);
      if (keys.length === 0) return refused('no-usable-secret');
      // Hashes are compared, as they have one length: the time taken tells neither how long a token is nor how much of it was right.
      const sent = sha256(headers[header] ?? '');
      const [match] = keys.filter(({ key }) => sameBytes(sha256(key), sent));
      return match === undefined ? refused('no-match') : { valid: true, secretId: match.secretId };
    },
    sign: ({ body, secret }) => {
      if (textKey(secret) === undefined) {
        throw new TypeError(
          `The token in the header ${header} is ${secretForm}; received another text of ${secret.length} characters. ` +
            'Copy it from the provider again, whole and without white space.',
        );
      }
      return { headers: { [header]: secret }, body };
    },
  };
}
