/** What every mutation's `clientToken` is described as. */
export const CLIENT_TOKEN =
  'Makes a repetition of the request answer as the first did: 1 to 128 characters, fresh for each request.';
