export interface WelcomeFacts {
  /** Base URL of the gateway. */
  readonly url: string;
  /** Base URL of the simulated cloud. */
  readonly cloudUrl: string;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  /** How long the start took. */
  readonly seconds: number;
}

/** What `npm start` tells once everything answers. */
export function welcome({ url, cloudUrl, token, tokenFile, seconds }: WelcomeFacts): string {
  const bearer = tokenFile
    ? `-H "authorization: Bearer $(cat ${tokenFile})"`
    : '-H "authorization: Bearer <token>"';
  return `
Fleetgraph is ready on port ${new URL(url).port} (${seconds.toFixed(1)} s).

  GraphQL      ${url}/graphql   (HTTP, WebSocket, SSE)
  GraphiQL     ${url}/${token ? `#token=${token}` : ''}
  Cloud        ${cloudUrl}   (simulated)
  Token        ${token ? `${token}\n               also in ${tokenFile}` : 'from your identity provider (AUTH_JWKS_URL)'}

Three things to try:

  1. Open the GraphiQL link in a browser: it carries the token, which stays in that tab.
  2. npm run demo
  3. curl -s ${url}/graphql ${bearer} \\
       -H 'content-type: application/json' -d '{"query":"{ regions { id city products { product availability } } }"}'

`;
}
