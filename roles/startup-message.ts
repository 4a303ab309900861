import { resolve } from 'node:path';

export interface StartupMessageOptions {
  /** Base URL of the gateway. */
  readonly url: string;
  /** Base URL of the simulated cloud. */
  readonly cloudUrl: string;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  /** The state folder. */
  readonly folder: string;
  /** Seconds that the start took. */
  readonly seconds: number;
}

/** The text that `npm start` prints when the platform is ready. */
export function startupMessage({
  url,
  cloudUrl,
  token,
  tokenFile,
  folder,
  seconds,
}: StartupMessageOptions): string {
  const flags = demoFlags(url, folder);
  const demo = ['npm run demo', ...(flags.length > 0 ? ['--', ...flags] : [])].join(' ');
  const bearer = tokenFile
    ? `-H "authorization: Bearer $(cat ${shellWord(tokenFile)})"`
    : '-H "authorization: Bearer <token>"';
  return `
Fleetgraph is ready on port ${new URL(url).port} (${seconds.toFixed(1)} s).

  GraphQL      ${url}/graphql   (HTTP, WebSocket, SSE)
  GraphiQL     ${url}/${token ? `#token=${token}` : ''}
  Cloud        ${cloudUrl}   (simulated)
  Token        ${token ? `${token}\n               also in ${tokenFile}` : 'from your identity provider (AUTH_JWKS_URL)'}

Three things to try:

  1. Open the GraphiQL link in a browser: it carries the token, which stays in that tab.
  2. ${demo}
  3. curl -s ${url}/graphql ${bearer} \\
       -H 'content-type: application/json' -d '{"query":"{ regions { id city products { product availability } } }"}'

`;
}

/** Flags of the demo for a platform that is not at its defaults: port 4000, and the state folder in the current one. */
function demoFlags(url: string, folder: string): string[] {
  const { port } = new URL(url);
  const isDefaultFolder = resolve(folder) === resolve('.fleetgraph');
  return [
    ...(port === '4000' ? [] : ['--port', port]),
    ...(isDefaultFolder ? [] : ['--home', shellWord(resolve(folder))]),
  ];
}

/** A text quoted as one word of a shell. */
function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
