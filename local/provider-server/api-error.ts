/** What Stripe answers when it refuses a request: its error object, under the HTTP status it belongs to (Stripe API reference, "Errors"). */

export type ErrorType = 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';

export type ErrorDetail = {
  readonly type: ErrorType;
  readonly message: string;
  readonly code?: string;
  readonly param?: string;
  readonly decline_code?: string;
  readonly charge?: string;
  readonly payment_intent?: object;
  readonly payment_method?: object;
};

/** Thrown while a request is read, nothing has begun and nothing is kept under its key; thrown later, it is its result. */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly detail: ErrorDetail;

  constructor(status: number, detail: ErrorDetail) {
    super(detail.message);
    this.name = 'ApiError';
    this.code = detail.code ?? detail.type;
    this.status = status;
    this.detail = detail;
  }
}

export function invalidRequest(message: string, more: Partial<ErrorDetail> = {}): ApiError {
  return new ApiError(400, { type: 'invalid_request_error', message, ...more });
}

/** An object that a parameter names: 400. One that the path names: 404, and the parameter is `id`. */
export function resourceMissing(kind: string, id: string, param = 'id'): ApiError {
  const message = `No such ${kind}: '${id}'`;
  return new ApiError(param === 'id' ? 404 : 400, { type: 'invalid_request_error', code: 'resource_missing', message, param });
}

/** The error as it stands in an answer or in `last_payment_error`. */
export function errorObject({ detail }: ApiError): ErrorDetail & { readonly doc_url?: string } {
  const { code } = detail;
  return code === undefined ? detail : { ...detail, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` };
}
