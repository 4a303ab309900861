import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { AuditDraft } from '../../../access/audit/audit-draft.js';
import { newId } from '../../../kernel/ids.js';
import { KubernetesClient, type KubernetesClientOptions } from '../../../engine/kubernetes/client.js';
import {
  isNotFound,
  KubernetesStatusError,
  KubernetesUnavailable,
} from '../../../engine/kubernetes/kubernetes-error.js';
import { KubernetesApis } from '../../../engine/kubernetes/kubernetes-apis.js';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
});

/** A client of an API server with the given request listener. */
async function clientOf(
  listener: RequestListener,
  { timeoutMs = 10_000, ...options }: Omit<Partial<KubernetesClientOptions>, 'clusterId'> = {},
): Promise<KubernetesClient> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const apis = new KubernetesApis(undefined as never);
  const config = apis.of({
    clusterId: 'cluster_a',
    account: 'acme',
    server: `http://127.0.0.1:${port}/clusters/a/`,
    caData: '',
    token: 'secret',
  });
  return new KubernetesClient(config, { clusterId: 'cluster_a', timeoutMs, ...options });
}

const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a call to a Kubernetes API', () => {
  test('is sent below the base URL with the token', async () => {
    const client = await clientOf((request, response) =>
      response.end(JSON.stringify({ url: request.url, authorization: request.headers.authorization })),
    );
    expect(await client.get('/api/v1/pods')).toEqual({
      url: '/clusters/a/api/v1/pods',
      authorization: 'Bearer secret',
    });
  });

  test('names the entry of the running mutation to the audit log of the server, when it acts for a caller', async () => {
    const draft = new AuditDraft({
      ...{
        id: newId('auditEvent'),
        account: 'acme',
        at: new Date(),
        actor: { account: 'acme', subject: 'ann' },
      },
      ...{ action: 'updateNode', outcome: 'FAILED', requestId: 'r1' },
    });
    const echo: RequestListener = (request, response) =>
      response.end(JSON.stringify({ auditId: request.headers['audit-id'] }));
    const [platform, caller] = [
      await clientOf(echo),
      await clientOf(echo, { user: { name: 'acme:ann', groups: [] } }),
    ];
    expect(await draft.run(() => platform.get('/x'))).toEqual({});
    expect(draft.inCluster).toEqual({});
    expect(await caller.get('/x')).toEqual({});
    expect(await draft.run(() => caller.get('/x'))).toEqual({ auditId: draft.entry.id });
    expect(draft.inCluster).toEqual({ kubernetesAuditId: draft.entry.id });
  });

  test.each<[string, RequestListener]>([
    ['sends no response', () => undefined],
    [
      'closes the connection within the response',
      (_request, response) =>
        void (
          response.writeHead(200, { 'content-length': '100' }),
          response.write('{'),
          setImmediate(() => response.destroy())
        ),
    ],
    ['responds with HTML', (_request, response) => response.end('<html>')],
    ['responds with 503', (_request, response) => response.writeHead(503).end('{"message":"starting"}')],
    ['rejects the credentials', (_request, response) => response.writeHead(401).end('{}')],
  ])('fails with KUBERNETES_UNAVAILABLE when the server %s', async (_what, listener) => {
    const client = await clientOf(listener, { timeoutMs: 300 });
    expect(await failure(client.get('/api/v1/pods'))).toMatchObject({
      problems: [{ code: 'KUBERNETES_UNAVAILABLE' }],
    });
  });

  test('fails with THROTTLED and the retry delay when the server responds with 429', async () => {
    const client = await clientOf((_request, response) =>
      response.writeHead(429, { 'retry-after': '7' }).end(),
    );
    expect(await failure(client.get('/api/v1/pods'))).toMatchObject({
      problems: [{ code: 'THROTTLED', details: { retryAfter: 7 } }],
    });
  });

  test('ends when its signal aborts', async () => {
    const stop = new AbortController();
    const client = await clientOf(() => stop.abort(), { timeoutMs: 60_000, signal: stop.signal });
    expect(await failure(client.get('/api/v1/pods'))).toBeInstanceOf(KubernetesUnavailable);
  });

  test('fails with status, reason and message of a rejection', async () => {
    const client = await clientOf((_request, response) =>
      response.writeHead(404).end('{"reason":"NotFound","message":"pods \\"x\\" not found"}'),
    );
    const error = await failure(client.get('/api/v1/pods/x'));
    expect(error).toBeInstanceOf(KubernetesStatusError);
    expect(error).toMatchObject({ status: 404, reason: 'NotFound', message: 'pods "x" not found' });
    expect(isNotFound(error)).toBe(true);
  });

  test('requests the chunks of a list only as far as they are read', async () => {
    const requested: (string | null)[] = [];
    const client = await clientOf((request, response) => {
      const next = new URL(request.url ?? '', 'http://x').searchParams.get('continue');
      requested.push(next);
      response.end(
        JSON.stringify({ items: [Number(next ?? 0)], metadata: { continue: String(Number(next ?? 0) + 1) } }),
      );
    });
    const items: number[] = [];
    for await (const [item] of client.chunks<number>('/api/v1/pods')) {
      items.push(item!);
      if (items.length === 3) break;
    }
    expect(items).toEqual([0, 1, 2]);
    expect(requested).toEqual([null, '1', '2']);
  });
});
