import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { KubernetesClient } from '../../../engine/kubernetes/client.js';
import { KubernetesApis } from '../../../engine/kubernetes/kubernetes-apis.js';
import { removedApis } from '../../../subgraphs/clusters/store/release.store.js';
import { scanRemovedApis } from '../../../subgraphs/clusters/inspection/removed-api.scan.js';

const stack: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of stack.splice(0)) await end();
});

const closed = (server: Server) => () => {
  server.closeAllConnections();
  return new Promise((done) => server.close(done));
};

/** A client of an API server that responds with a body or a status. */
async function clientOf(respond: (url: URL) => object | number) {
  const listener: RequestListener = (request, response) => {
    const body = respond(new URL(request.url ?? '', 'http://localhost'));
    if (typeof body === 'number') response.writeHead(body).end('{}');
    else response.end(JSON.stringify(body));
  };
  const server = createServer(listener);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const apis = new KubernetesApis(undefined as never);
  stack.push(() => apis[Symbol.asyncDispose](), closed(server));
  const { port } = server.address() as AddressInfo;
  const access = {
    clusterId: 'c',
    account: 'acme',
    server: `http://127.0.0.1:${port}`,
    caData: '',
    token: 't',
  };
  return new KubernetesClient(apis.of(access), { clusterId: 'c' });
}

/** Discovery document of one API group. */
const groups = (...versions: string[]) => ({
  groups: [
    {
      name: versions[0]?.split('/')[0],
      versions: versions.map((groupVersion) => ({ groupVersion })),
      preferredVersion: { groupVersion: versions[0] },
    },
  ],
});
const entriesOf = async (kind: string, removedIn: string) =>
  (await removedApis.entries()).filter((api) => api.kind === kind && api.removedIn === removedIn);

test('a kind is scanned page by page, up to 5,000 objects', async () => {
  const requests: string[] = [];
  const client = await clientOf(({ pathname, searchParams }) => {
    if (pathname === '/apis') return groups('batch/v1');
    requests.push(`${pathname} ${searchParams.get('continue') ?? ''}`);
    const items = Array.from({ length: 500 }, (_, index) => ({
      metadata: {
        namespace: 'n',
        name: `${requests.length}-${index}`,
        managedFields: [{ apiVersion: 'batch/v1beta1' }],
      },
    }));
    return { items, metadata: { continue: `page-${requests.length}` } };
  });
  const uses = await scanRemovedApis(client, await entriesOf('CronJob', '1.25'));
  expect(requests).toHaveLength(10);
  expect(requests.slice(0, 2)).toEqual(['/apis/batch/v1/cronjobs ', '/apis/batch/v1/cronjobs page-1']);
  expect(uses.map(({ api, objects }) => [api.version, objects.length])).toEqual([['v1beta1', 5_000]]);
});

test('a replacement that the cluster does not serve yet is scanned by its preferred version', async () => {
  const requests: string[] = [];
  const group = 'flowcontrol.apiserver.k8s.io';
  const client = await clientOf(({ pathname }) => {
    if (pathname === '/apis') return groups(`${group}/v1beta3`, `${group}/v1beta2`);
    requests.push(pathname);
    return { items: [{ metadata: { name: 'mine', managedFields: [{ apiVersion: `${group}/v1beta2` }] } }] };
  });
  const uses = await scanRemovedApis(client, await entriesOf('FlowSchema', '1.29'));
  expect(requests).toEqual([`/apis/${group}/v1beta3/flowschemas`]);
  expect(uses).toMatchObject([
    { api: { version: 'v1beta2', replacement: `${group}/v1` }, objects: ['mine'] },
  ]);
});

test.each([[404], [405]])('a kind whose list returns %i is skipped', async (status) => {
  const client = await clientOf(({ pathname }) => (pathname === '/apis' ? groups('batch/v1') : status));
  expect(await scanRemovedApis(client, await entriesOf('CronJob', '1.25'))).toEqual([]);
});

test('a rejected list ends the scan', async () => {
  const client = await clientOf(({ pathname }) => (pathname === '/apis' ? groups('batch/v1') : 403));
  await expect(scanRemovedApis(client, await entriesOf('CronJob', '1.25'))).rejects.toMatchObject({
    status: 403,
  });
});

test('sends no request without removed APIs', async () => {
  const client = await clientOf(() => 500);
  expect(await scanRemovedApis(client, [])).toEqual([]);
});
