import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { PageSettings } from '../../graphiql/settings.js';
import { acceptedCoding } from './accept-encoding.js';
import { type GraphiQLFiles, readGraphiQLFiles } from './graphiql-files.js';
import { send } from './respond.js';

/** Title and example documents of the page. */
export type GraphiQLPageOptions = Pick<PageSettings, 'title' | 'tabs'>;

const PREFIX = '/graphiql/';

/** Whether a path names a file of the page. */
export function isGraphiQLPath(path: string): boolean {
  return path.startsWith(PREFIX);
}

/**
 * The GraphiQL page at `/` and its files below `/graphiql/`. It contains no token: the user enters one or
 * follows a link `/#token=…`, whose fragment browsers do not send to the server.
 */
export class GraphiQLPage {
  private files: Promise<GraphiQLFiles> | undefined;

  constructor(private readonly settings: Omit<PageSettings, 'styleNonce'>) {}

  /** Sends the page. */
  async sendPage(response: ServerResponse): Promise<void> {
    const { template } = await this.load();
    const styleNonce = randomBytes(16).toString('base64');
    const page: PageSettings = { ...this.settings, styleNonce };
    const settings = escapeHtml(JSON.stringify(page));
    const title = escapeHtml(page.title);
    const html = template.replace('%settings%', () => settings).replace('%title%', () => title);
    response.setHeader('content-security-policy', policy(styleNonce));
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('cross-origin-opener-policy', 'same-origin');
    // The page names its files by content hash: a cached page would name files that no longer exist.
    response.setHeader('cache-control', 'no-store');
    send(response, 200, 'text/html; charset=utf-8', html);
  }

  /** Sends a file of the page; false when the page has no file at this path. */
  async sendFile(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean> {
    const file = (await this.load()).assets.get(path.slice(PREFIX.length));
    if (!file) return false;
    const coding = acceptedCoding(request.headers['accept-encoding']?.toString(), ['br', 'gzip']);
    response.setHeader('vary', 'accept-encoding');
    response.setHeader('cross-origin-resource-policy', 'same-origin');
    response.setHeader('cache-control', 'public, max-age=31536000, immutable');
    if (coding) response.setHeader('content-encoding', coding);
    send(response, 200, file.contentType, file[coding ?? 'plain']);
    return true;
  }

  /** Read on the first request. */
  private load(): Promise<GraphiQLFiles> {
    return (this.files ??= readGraphiQLFiles());
  }
}

/**
 * The page may only load from and connect to this gateway, whatever a response contains; `'self'` in
 * connect-src covers the WebSocket of the same host (CSP 3). The nonce is for one style element of the dialogs.
 */
function policy(styleNonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${styleNonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? '');
}
