import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Fixture, startFixture } from '../../fixtures/gateway.js';

let fixture: Fixture;
let page: Response;
let html: string;
beforeAll(async () => {
  fixture = await startFixture({ graphiql: { title: 'A "graph" <of> ours', tabs: [{ query: '{ a }' }] } });
  page = await fetch(fixture.url, { headers: { accept: 'text/html' } });
  html = await page.text();
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** URLs in the page. */
const named = () => [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => String(address));

function settingsOf(text: string): Record<string, unknown> {
  const content = /<meta name="settings" content="([^"]*)"/.exec(text)?.[1] ?? '';
  const json = content.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
  return JSON.parse(json.replaceAll('&amp;', '&')) as Record<string, unknown>;
}

/** The directives of a content security policy. */
function directivesOf(response: Response): Record<string, string> {
  const policy = response.headers.get('content-security-policy') ?? '';
  return Object.fromEntries(policy.split('; ').map((text) => text.split(/ (.*)/).slice(0, 2)));
}

describe('the GraphiQL page', () => {
  test('contains no token', () => {
    expect(html).not.toMatch(/Bearer|eyJ/);
    expect(settingsOf(html)).toMatchObject({ needsToken: true, title: 'A "graph" <of> ours' });
  });

  test('shows the configured title and documents', () => {
    expect(html).toContain('<title>A &quot;graph&quot; &lt;of&gt; ours</title>');
    expect(settingsOf(html)).toMatchObject({ tabs: [{ query: '{ a }' }] });
  });

  test('needs no token without authentication', async () => {
    await using open = await startFixture({ auth: { kind: 'none' } });
    const response = await fetch(open.url, { headers: { accept: 'text/html' } });
    expect(settingsOf(await response.text())).toMatchObject({ needsToken: false });
  });

  test('has a policy that allows no inline script, no other host, no frame and no base', () => {
    expect(directivesOf(page)).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'connect-src': "'self'",
      'frame-ancestors': "'none'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'object-src': "'none'",
    });
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
  });

  test('has no inline script, style or event handler', () => {
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
    expect(named().every((address) => address.startsWith('/graphiql/'))).toBe(true);
  });

  test('has a fresh nonce for styles each time', async () => {
    const second = await fetch(fixture.url, { headers: { accept: 'text/html' } });
    const nonces = [page, second].map((response) => directivesOf(response)['style-src']);
    expect(new Set(nonces).size).toBe(2);
    expect(nonces[0]).toBe(`'self' 'nonce-${String(settingsOf(html)['styleNonce'])}'`);
  });

  test('disables caching, MIME sniffing and the referrer', () => {
    expect(Object.fromEntries(page.headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  });
});

describe("the page's files", () => {
  test('are immutable in caches, because their names contain a content hash', async () => {
    expect(named().length).toBeGreaterThanOrEqual(3);
    for (const address of named()) {
      expect(address).toMatch(/-[A-Z0-9]{8}\.(js|css|svg)$/);
      const response = await fetch(fixture.url + address);
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      await response.arrayBuffer();
    }
  });

  test.each([
    ['br, gzip', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, gzip;q=0.5', 'gzip'],
    ['*', 'br'],
    ['identity', null],
  ])('are sent to a client that accepts %s as %s', async (accepted, coding) => {
    const script = named().find((address) => address.endsWith('.js')) ?? '';
    const response = await fetch(fixture.url + script, { headers: { 'accept-encoding': accepted } });
    expect(response.headers.get('content-encoding')).toBe(coding);
    expect(response.headers.get('vary')).toBe('accept-encoding');
    expect(await response.text()).toContain('graphiql-container');
  });

  test('weigh less than half a megabyte, compressed', async () => {
    const sizes = await Promise.all(
      named().map(async (address) => {
        const response = await fetch(fixture.url + address, { headers: { 'accept-encoding': 'br' } });
        await response.arrayBuffer();
        return Number(response.headers.get('content-length'));
      }),
    );
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(500_000);
  });

  test.each(['/graphiql/', '/graphiql/index.html', '/graphiql/..%2f..%2fpackage.json', '/graphiql/main.js'])(
    'are the only ones: %s is not found',
    async (path) => {
      const response = await fetch(fixture.url + path);
      expect(response.status).toBe(404);
    },
  );

  test('do not exist when the page is disabled', async () => {
    await using plain = await startFixture({ graphiql: false });
    expect((await fetch(plain.url + String(named()[0]))).status).toBe(404);
  });
});
