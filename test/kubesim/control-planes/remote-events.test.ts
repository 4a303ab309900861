import { createServer } from 'node:http2';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { systemClock } from '../../../kernel/clock.js';
import { createLog } from '../../../kernel/log.js';
import { ClusterClient } from '../../../kubesim/control-planes/cluster-client.js';
import { RemoteEvents } from '../../../kubesim/control-planes/remote-events.js';

interface SentEvent {
  readonly metadata?: { readonly name: string };
  readonly involvedObject: { readonly uid: string };
  readonly reason: string;
  readonly count: number;
}

/** Reports `reports` events; resolves with the requests when the events of the API server count all of them. */
async function sent(reports: readonly { readonly uid: string; readonly reason: string }[]) {
  await using started = new AsyncDisposableStack();
  const received: SentEvent[] = [];
  const counts = new Map<string, number>();
  let complete: () => void;
  const all = new Promise<void>((resolve) => (complete = resolve));
  const server = createServer((request, response) => {
    void json(request).then((event) => {
      const { metadata, count } = event as SentEvent;
      received.push(event as SentEvent);
      response.writeHead(request.method === 'POST' ? 201 : 200).end('{}');
      // A patch sets the count of the event that its path names.
      counts.set(metadata?.name ?? request.url?.split('/').at(-1) ?? '', count);
      if ([...counts.values()].reduce((sum, each) => sum + each, 0) === reports.length) complete();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  started.defer(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const none = { key: '', cert: '' };
  const client = started.use(new ClusterClient(url, { cluster: none, admin: none }));
  const events = started.use(new RemoteEvents(client, systemClock, createLog('silent', 'test')));
  for (const { uid, reason } of reports)
    events.record(
      { apiVersion: 'v1', kind: 'Pod', metadata: { name: uid, namespace: 'default', uid } } as never,
      { type: 'Warning', reason, message: reason, component: 'kubelet' },
    );
  await all;
  return received;
}

test('counts an event that is reported again while it waits', async () => {
  const reports = Array.from({ length: 20_000 }, () => ({ uid: 'a', reason: 'BackOff' }));
  const received = await sent(reports);
  expect(received.length).toBeLessThan(10);
});

test('sends each of several different events', async () => {
  const reports = ['Pulled', 'Created', 'Started'].flatMap((reason) =>
    Array.from({ length: 20 }, (_, index) => ({ uid: `pod-${index}`, reason })),
  );
  const received = await sent(reports);
  expect(new Set(received.map(({ involvedObject, reason }) => `${involvedObject.uid} ${reason}`)).size).toBe(
    reports.length,
  );
});
