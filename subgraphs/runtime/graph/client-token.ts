/** Description of every mutation's `clientToken`. */
export const CLIENT_TOKEN =
  'Idempotency token, 1 to 128 characters: a repetition with the same token and input returns the first response. Use a new one for each request.';
