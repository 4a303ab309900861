import { errorCauses } from './error-causes.js';

/** SQLSTATE of a statement that was cancelled or exceeded `statement_timeout`. */
const CANCELLED = '57014';

/** A statement was not started, because its request was aborted. */
export class RequestAbortedError extends Error {
  constructor() {
    super('the request was aborted');
  }
}

/** Whether a statement was cancelled because its request was aborted, or exceeded the timeout. */
export function isQueryCanceled(error: unknown): boolean {
  return [...errorCauses(error)].some((cause: { code?: unknown; originalCode?: unknown }) => {
    return (
      cause instanceof RequestAbortedError || cause.code === CANCELLED || cause.originalCode === CANCELLED
    );
  });
}
