/** A fresh `clientToken` for a mutation's input: with it the mutation can be sent again and is done once. */
export function newClientToken(): string {
  return crypto.randomUUID();
}
