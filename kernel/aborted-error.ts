/** Work ended because nobody waits for its result any more. It is no failure and is not logged. */
export class AbortedError extends Error {
  constructor() {
    super('the request was aborted');
    this.name = 'AbortedError';
  }
}
