export interface WelcomeFacts {
  readonly url: string;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
}

/** What `npm start` tells once everything answers. */
export function welcome({ url, token, tokenFile }: WelcomeFacts): string {
  const bearer = tokenFile
    ? `-H "authorization: Bearer $(cat ${tokenFile})"`
    : '-H "authorization: Bearer <token>"';
  return `
Fleetgraph is ready.

  GraphQL      ${url}/graphql   (HTTP, WebSocket, SSE)
  GraphiQL     ${url}/${token ? `#token=${token}` : ''}
  Token        ${token ? `${token}\n               also in ${tokenFile}` : 'from your identity provider (AUTH_JWKS_URL)'}

Three things to try:

  1. Open the GraphiQL link in a browser: it carries the token, which stays in that tab.
  2. npm run demo
  3. curl -s ${url}/graphql ${bearer} \\
       -H 'content-type: application/json' -d '{"query":"{ regions { id city products { product availability } } }"}'

`;
}
