import { ProblemError } from '../../kernel/result.js';

/** `ACCESS_CHANGED`: what the actor may do is no longer what the stream was opened with. */
export function accessChanged(): ProblemError {
  const message = 'Your permissions have changed. Subscribe again.';
  return new ProblemError([{ code: 'ACCESS_CHANGED', message }]);
}
