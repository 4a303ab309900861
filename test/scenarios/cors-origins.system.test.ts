import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { readEnv } from '../../kernel/env.js';
import { type RoleProcess, startRole } from '../kit/role-process.js';

const ALLOWED = 'https://console.example';
const FOREIGN = 'https://evil.example';
let gateway: RoleProcess;

beforeAll(async () => {
  gateway = await startRole(['gateway', '--supergraph', 'gateway/supergraph.graphql'], {
    PORT: '0',
    FLEETGRAPH_AUTH: 'off',
    CORS_ORIGINS: `${ALLOWED}, http://localhost:5173`,
  });
});
afterAll(() => gateway[Symbol.asyncDispose]());

function allowedOrigin(origin: string, request: RequestInit): Promise<string | null> {
  const headers = { ...(request.headers as Record<string, string>), origin };
  return fetch(`${gateway.url}/graphql`, { ...request, headers }).then((response) => {
    void response.body?.cancel();
    return response.headers.get('access-control-allow-origin');
  });
}

const body = JSON.stringify({ query: '{ __typename }' });
const json = { 'content-type': 'application/json' };

describe('CORS_ORIGINS', () => {
  test.each<[string, RequestInit]>([
    [
      'ask in a preflight',
      {
        method: 'OPTIONS',
        headers: {
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'authorization,content-type',
        },
      },
    ],
    ['read answers', { method: 'POST', headers: json, body }],
    ['read event streams', { method: 'POST', headers: { ...json, accept: 'text/event-stream' }, body }],
  ])('%s', async (_, request) => {
    expect(await allowedOrigin(ALLOWED, request)).toBe(ALLOWED);
    expect(await allowedOrigin('http://localhost:5173', request)).toBe('http://localhost:5173');
    expect(await allowedOrigin(FOREIGN, request)).toBeNull();
  });

  test('allows WebSockets of the listed origins only', async () => {
    const open = async (origin: string) => {
      const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        origin,
      });
      const [event] = await Promise.race([
        once(socket, 'open').then(() => ['open']),
        once(socket, 'unexpected-response').then(() => ['rejected']),
      ]);
      socket.terminate();
      return event;
    };
    expect(await open(ALLOWED)).toBe('open');
    expect(await open(FOREIGN)).toBe('rejected');
  });
});

test.each(['https://console.example/path', 'console.example', 'https://console.example,'])(
  'rejects CORS_ORIGINS=%s at the start',
  (value) => {
    expect(() => readEnv({ CORS_ORIGINS: value })).toThrow('settings: CORS_ORIGINS: list origins');
  },
);
