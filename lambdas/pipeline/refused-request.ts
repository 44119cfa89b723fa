/** A request that gets an answer other than 200: the status decides whether the sender tries again. */

export type RefusedStatus = 401 | 413 | 415 | 503;

/** `code` goes to the metric and the log; the sender gets the status and a fixed body, never a reason. */
export class RefusedRequest extends Error {
  readonly status: RefusedStatus;
  readonly code: string;

  constructor(status: RefusedStatus, code: string) {
    super(`Refused with ${status}: ${code}`);
    this.name = 'RefusedRequest';
    this.status = status;
    this.code = code;
  }
}
