/** Creates a `clientToken`, with which a mutation can be retried and is executed once. */
export function newClientToken(): string {
  return crypto.randomUUID();
}
