/** A request that a caller made wrong, or one that cannot be answered now, as a problem document (RFC 9457). */
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { RETRY_AFTER_SECONDS } from '../core/limits.ts';

export type ProblemStatus = 400 | 404 | 409 | 413 | 415 | 422 | 503;

/** `detail` is read by the caller's developers: what was received, what is allowed, what to do. It repeats nothing that may be secret. */
export class Problem extends Error {
  readonly status: ProblemStatus;
  readonly code: string;

  constructor(status: ProblemStatus, code: string, detail: string) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
  }
}

const TITLES: { readonly [status in ProblemStatus]: string } = {
  400: 'Bad Request',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  503: 'Service Unavailable',
};

/** Where the same request may succeed a moment later, the answer says when. */
export function problemAnswer({ status, code, message }: Problem): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/problem+json',
      ...(status === 409 || status === 503 ? { 'retry-after': String(RETRY_AFTER_SECONDS) } : {}),
    },
    body: JSON.stringify({ title: TITLES[status], status, code, detail: message }),
  };
}
