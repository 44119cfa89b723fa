/** The raw bytes and headers of an HTTP API event (payload format 2.0), bounded before anything is computed on them. */
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { REQUEST_BYTES_MAX } from '../core/limits.ts';
import type { WebhookRequest } from '../core/provider.ts';
import { RefusedRequest } from './refused-request.ts';

type WebhookEvent = Pick<APIGatewayProxyEventV2, 'headers' | 'body' | 'isBase64Encoded'> & { readonly rawQueryString?: string };

/** Throws `RefusedRequest` 415 for a coded body, 413 above 256 KiB and 401 for what claims to be base64 and is not. */
export function webhookRequest(event: WebhookEvent): WebhookRequest {
  const headers = lowerCased(event.headers ?? {});
  const coding = headers['content-encoding']?.trim().toLowerCase();
  if (coding !== undefined && coding !== '' && coding !== 'identity') throw new RefusedRequest(415, 'CONTENT_ENCODING');
  const body = event.isBase64Encoded ? base64Body(event.body ?? '') : textBody(event.body ?? '');
  return { headers, body, query: event.rawQueryString ?? '' };
}

/** The HTTP API lower-cases names already; a test tool or another front may not. */
function lowerCased(headers: { readonly [name: string]: string | undefined }): { [name: string]: string } {
  const pairs = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return Object.assign(Object.create(null), Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value])));
}

function textBody(text: string): Uint8Array {
  if (text.length > REQUEST_BYTES_MAX) throw new RefusedRequest(413, 'TOO_LARGE');
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.byteLength > REQUEST_BYTES_MAX) throw new RefusedRequest(413, 'TOO_LARGE');
  return bytes;
}

/** Node decodes base64 leniently: junk is skipped. Only text that encodes back to itself is what the gateway sent. */
function base64Body(text: string): Uint8Array {
  if (text.length > Math.ceil(REQUEST_BYTES_MAX / 3) * 4) throw new RefusedRequest(413, 'TOO_LARGE');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.byteLength > REQUEST_BYTES_MAX) throw new RefusedRequest(413, 'TOO_LARGE');
  if (bytes.toString('base64') !== text) throw new RefusedRequest(401, 'BAD_BASE64');
  return bytes;
}
