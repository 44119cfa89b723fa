/** What each word means with which a request is refused, for the person who asks why. */
import type { Refusal } from '../lambdas/core/signature.ts';

/** Refused by ingest before any signature is looked at. */
type Unread = 'CONTENT_ENCODING' | 'TOO_LARGE' | 'BAD_BASE64';

const MEANINGS: { readonly [word in Refusal | Unread]: string } = {
  'no-header': 'A header that is needed is missing or empty: the signature, or one that is signed with it.',
  'header-too-large': 'What holds the signature is longer than 8 KiB, which no provider sends.',
  'bad-header':
    'The signature header has another form than the provider gives it: white space, quotes, an empty part, or two headers joined by a comma.',
  'bad-id': 'The id header holds a dot, which separates the signed parts, so that the signature could mean something else.',
  'no-timestamp': 'The signature header has no time in it.',
  'two-timestamps': 'The signature header has two times in it; mostly that is two headers joined by a comma.',
  'bad-timestamp': 'The time that is signed does not have the form that the provider gives it.',
  'no-signature': 'There is no signature of the scheme that counts.',
  'too-many-signatures': 'There are more signatures than any provider sends.',
  'no-item': 'The request holds no event, or one of its events carries no signature.',
  'bad-field':
    'A field that is signed, or would be, has a form that the provider never gives it, so that the signature could mean something else.',
  'bad-body': 'The body does not have the form in which this provider sends its events.',
  'bad-algorithm': 'The request names another algorithm than the one the provider signs with.',
  'foreign-key': 'The request names a key at a place that is not the provider’s own.',
  'unknown-key': 'The provider has no key of the name that the request gives; with --keys: the file has none.',
  unsigned: 'This provider signs nothing, so a request proves nothing: what it tells must be fetched.',
  'no-usable-secret': 'No secret has the form of this provider’s secrets; it was probably copied incompletely or is one of another kind.',
  'no-url': 'The URL is part of what is signed and is not known: give it with --url, exactly as it stands at the provider.',
  'no-match': 'The request is well formed, and no secret that was given makes this signature over these bytes.',
  'too-old': 'The signature is right, and its time is longer ago than is allowed.',
  'too-new': 'The signature is right, and its time lies further ahead than is allowed.',
  CONTENT_ENCODING: 'The body is compressed (content-encoding) and answered 415: a provider signs and sends it plain.',
  TOO_LARGE: 'The body is above 256 KiB and answered 413.',
  BAD_BASE64: 'The event claims that its body is base64, and it is not.',
};

/** A whole sentence. */
export function meaningOf(word: string): string {
  return Object.hasOwn(MEANINGS, word)
    ? MEANINGS[word as keyof typeof MEANINGS]
    : 'A word of this provider alone: see its file in lambdas/providers/.';
}
