/** Work ended because nobody waits for its result any more. It is no failure and is not logged. */
export class AbortedError extends Error {
  constructor() {
    super('nobody waits for the result any more');
    this.name = 'Abandoned';
  }
}
