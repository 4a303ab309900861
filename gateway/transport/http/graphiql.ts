import { promisify } from 'node:util';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';
import { isOwnName } from './hosts.js';

export interface GraphiQLPageOptions {
  /** A token to fill in; only for development. */
  readonly defaultToken?: string | undefined;
}

/** Nothing of the page may come from or go to another place than this gateway. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "connect-src 'self' ws: wss:",
].join('; ');

/** The GraphiQL page, from files of this installation; subscriptions run as event streams with the page's headers. */
export class GraphiQLPage {
  private page: Promise<Page> | undefined;
  private pageForStrangers: Promise<Page> | undefined;

  constructor(private readonly options: GraphiQLPageOptions) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { plain, zipped } = await this.pageFor(request);
    const compressed = String(request.headers['accept-encoding'] ?? '').includes('gzip');
    const body = compressed ? zipped : plain;
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-length': body.length,
      'content-security-policy': POLICY,
      'cache-control': 'no-cache',
      vary: 'accept-encoding',
      ...(compressed ? { 'content-encoding': 'gzip' } : {}),
    });
    response.end(body);
  }

  /** Under another name it may be a page of a stranger (see hosts.ts): that must not read the token. */
  private pageFor(request: IncomingMessage): Promise<Page> {
    if (isOwnName(request)) return (this.page ??= render(this.options));
    return (this.pageForStrangers ??= render({}));
  }
}

interface Page {
  readonly plain: Buffer;
  readonly zipped: Buffer;
}

async function render({ defaultToken }: GraphiQLPageOptions) {
  // Nine megabytes, read only when somebody opens the page.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Fleetgraph',
    endpoint: '/graphql',
    method: 'POST',
    headers: JSON.stringify({ authorization: `Bearer ${defaultToken ?? '<token>'}` }, null, 2),
    // Tokens in the page's headers are not written into the browser's storage.
    shouldPersistHeaders: false,
  });
  const plain = Buffer.from(html);
  return { plain, zipped: await promisify(gzip)(plain) };
}
