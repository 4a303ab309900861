import type { Environment } from '@marcbachmann/cel-js';

/** An absolute URL or a path. */
class Url {
  constructor(
    readonly parsed: URL,
    readonly isPath: boolean,
  ) {}
}

/** Only to parse a path; no part of a result. */
const NO_HOST = 'http://path.invalid';

function parse(text: string): Url | undefined {
  const isPath = text.startsWith('/');
  if (!isPath && !/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return undefined;
  return URL.canParse(text, NO_HOST) ? new Url(new URL(text, NO_HOST), isPath) : undefined;
}

function parsed(text: string): Url {
  const url = parse(text);
  if (url) return url;
  throw new Error(`URL parse error during conversion from string: parse "${text}": invalid URI for request`);
}

/** Kubernetes' functions of URLs: `url('https://example.com').getHost()`. */
export function registerUrls(environment: Environment): void {
  const part = (read: (url: URL) => string) => (url: Url) => (url.isPath ? '' : read(url.parsed));
  environment
    .registerType('kubernetes.URL', Url)
    .registerFunction('url(string): kubernetes.URL', parsed)
    .registerFunction('isURL(string): bool', (text: string) => parse(text) !== undefined)
    .registerFunction(
      'kubernetes.URL.getScheme(): string',
      part(({ protocol }) => protocol.slice(0, -1)),
    )
    .registerFunction(
      'kubernetes.URL.getHost(): string',
      part(({ host }) => host),
    )
    .registerFunction(
      'kubernetes.URL.getHostname(): string',
      part(({ hostname }) => hostname.replace(/^\[|\]$/g, '')),
    )
    .registerFunction(
      'kubernetes.URL.getPort(): string',
      part(({ port }) => port),
    )
    .registerFunction('kubernetes.URL.getEscapedPath(): string', ({ parsed: { pathname } }: Url) => pathname)
    .registerFunction(
      'kubernetes.URL.getQuery(): map<string, list<string>>',
      ({ parsed: { searchParams } }: Url) =>
        new Map([...new Set(searchParams.keys())].map((key) => [key, searchParams.getAll(key)])),
    )
    .registerOperator(
      'kubernetes.URL == kubernetes.URL',
      (a: Url, b: Url) => a.parsed.href === b.parsed.href,
    );
}
