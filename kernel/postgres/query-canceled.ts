import { errorCauses } from './error-causes.js';

/** SQLSTATE of a statement that was cancelled, or took longer than the session allows. */
const CANCELLED = '57014';

/** A statement was not begun, because nobody waits for its request any more. */
export class RequestAbortedError extends Error {
  constructor() {
    super('the request was aborted');
  }
}

/** Whether a statement failed because its time was up: its request's, or what a statement may take. */
export function isQueryCanceled(error: unknown): boolean {
  return [...errorCauses(error)].some((cause: { code?: unknown; originalCode?: unknown }) => {
    return (
      cause instanceof RequestAbortedError || cause.code === CANCELLED || cause.originalCode === CANCELLED
    );
  });
}
