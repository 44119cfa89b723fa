/** Middleware: every error of ingest becomes an answer; what is not a refusal of ours is an outage, so the sender tries again. */
import type { MiddlewareObj, Request } from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { errorCode } from '../core/errors.ts';
import { RETRY_AFTER_SECONDS } from '../core/limits.ts';
import type { Telemetry } from '../core/ports.ts';
import { RefusedRequest, type RefusedStatus } from './refused-request.ts';

/** Fixed bodies: the same 401 for every cause, so that a sender learns nothing by trying. */
const BODIES: Readonly<Record<RefusedStatus, string>> = {
  401: '{"error":"unauthorized"}',
  413: '{"error":"too large"}',
  415: '{"error":"content encoding not accepted"}',
  503: '{"error":"unavailable"}',
};

/** `unauthorizedStatus`: what this provider expects instead of 401. */
export function answerRefusals(
  telemetry: Telemetry,
  unauthorizedStatus = 401,
): MiddlewareObj<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2> {
  return {
    name: 'answer-refusals',
    onError: (request: Request<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>) => {
      request.response = answerOf(request.error, telemetry);
      if (request.response.statusCode === 401) request.response.statusCode = unauthorizedStatus;
    },
  };
}

function answerOf(error: unknown, telemetry: Telemetry): APIGatewayProxyStructuredResultV2 {
  const status = error instanceof RefusedRequest ? error.status : 503;
  const code = errorCode(error);
  if (status === 401) telemetry.count('Unauthorized', 1, { reason: code });
  else if (status === 503) telemetry.count('IngestUnavailable');
  else telemetry.count('RequestRefused', 1, { reason: code });
  telemetry.log(status === 503 ? 'error' : 'info', 'request refused', { status, code });
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (status === 503) headers['retry-after'] = String(RETRY_AFTER_SECONDS);
  return { statusCode: status, headers, body: BODIES[status] };
}
