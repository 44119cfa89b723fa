/** The family of providers that put one HMAC over the raw body into one header, without a time. */
import type { Provider, SignedRequest, SignInput, Verdict, VerifyOptions, WebhookRequest } from './provider.ts';
import { base64Bytes, type HmacAlgorithm, headerFault, hexBytes, hmacOf, judgeHmac, refused, signingKeys, textKey } from './signature.ts';

/** In what the members of the family differ. */
export type BodySignature = {
  /** In lower case. */
  readonly header: string;
  readonly encoding: 'hex' | 'base64';
  /** @default 'sha256' */
  readonly algorithm?: HmacAlgorithm;
  /** May stand before the signature in the header. @default none */
  readonly prefix?: string;
  /** The URL as it was given to the provider is signed before the body. @default false */
  readonly urlSigned?: true;
  /** The key of a secret; undefined for a text that is none. @default the text itself, unless it is blank */
  readonly keyOf?: (secret: string) => Uint8Array | undefined;
  /** Says what a secret looks like, for the error of `sign`: `a text that is not blank`. */
  readonly secretForm: string;
};

/**
 * Stricter than most libraries of the family: hex is lower case, base64 is padded, one header holds one signature, and the bytes are hashed as
 * they came. Of two headers of one name the HTTP API makes one text with a comma, which matches nothing.
 */
export function bodySignature(settings: BodySignature): {
  verify(request: WebhookRequest, secrets: Parameters<Provider['verify']>[1], options: VerifyOptions): Verdict;
  sign(input: SignInput): SignedRequest;
} {
  const { header, encoding, algorithm = 'sha256', prefix = '', urlSigned = false, keyOf = textKey } = settings;
  const decode = encoding === 'hex' ? hexBytes : base64Bytes;
  return {
    verify: ({ headers, body }, secrets, options) => {
      const fault = headerFault(headers, header);
      if (fault !== undefined) return refused(fault);
      if (urlSigned && options.url === undefined) return refused('no-url');
      const text = headers[header] ?? '';
      const signature = text.startsWith(prefix) ? text.slice(prefix.length) : text;
      const signed = urlSigned ? [options.url ?? '', body] : [body];
      return judgeHmac({ keys: signingKeys(secrets, keyOf), signatures: [signature], decode, signed, algorithm }, options);
    },
    sign: ({ body, secret, url }) => {
      const key = keyOf(secret);
      if (key === undefined) throw new TypeError(secretFault(settings, secret));
      if (urlSigned && url === undefined) throw new TypeError('The URL is part of what is signed; none was given.');
      const signature = hmacOf(algorithm, key, urlSigned ? [url ?? '', body] : [body]).toString(encoding);
      return { headers: { [header]: `${prefix}${signature}` }, body };
    },
  };
}

/** Never quotes the secret. */
function secretFault({ header, secretForm }: BodySignature, secret: string): string {
  return (
    `The secret behind the header ${header} is ${secretForm}; received another text of ${secret.length} characters. ` +
    'Copy it from the provider again, whole and without white space.'
  );
}
