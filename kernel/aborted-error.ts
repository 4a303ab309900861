/** The caller aborted the work. Not a failure, and not logged. */
export class AbortedError extends Error {
  constructor() {
    super('the request was aborted');
    this.name = 'AbortedError';
  }
}
