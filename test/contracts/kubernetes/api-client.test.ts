import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { ApiClient } from './api-client.js';

const shuttingDown = { kind: 'Status', message: 'apiserver is shutting down', code: 503 };
const created = { kind: 'Endpoint' };

test('sends a request again whose definition the API server replaced', async () => {
  const { client, received } = await clientOf([
    { status: 503, headers: { 'retry-after': '0' }, body: shuttingDown },
    { status: 201, body: created },
  ]);
  expect(await client.post('/a', { name: 'a' })).toMatchObject({ status: 201, body: created });
  expect(received).toEqual(['{"name":"a"}', '{"name":"a"}']);
});

test.each<{ title: string; headers: Record<string, string>; body: unknown }>([
  {
    title: 'for another reason',
    headers: { 'retry-after': '0' },
    body: { message: 'no endpoints available' },
  },
  { title: 'without a time to send again', headers: {}, body: shuttingDown },
])('returns a 503 $title', async ({ headers, body }) => {
  const { client, received } = await clientOf([{ status: 503, headers, body }]);
  expect(await client.get('/a')).toMatchObject({ status: 503 });
  expect(received).toHaveLength(1);
});

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A client of a server that gives these answers, and the bodies of the requests it received. */
async function clientOf(answers: Answer[]): Promise<{ client: ApiClient; received: string[] }> {
  const received: string[] = [];
  const server = createServer((request, response) => {
    const answer = answers.shift() ?? { status: 500, body: {} };
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      received.push(body);
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(JSON.stringify(answer.body));
    });
  });
  const dispatcher = new Agent();
  onTestFinished(async () => {
    await dispatcher.close();
    server.close();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { client: new ApiClient(`http://127.0.0.1:${port}`, dispatcher), received };
}
