import type { IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import { ClientAddresses } from '../../../gateway/transport/core/client-addresses.js';
import { readEnv } from '../../../kernel/env.js';
import { post, startFixture } from '../fixtures/gateway.js';
import { openSocket } from '../fixtures/socket.js';

const RENAME = 'mutation { rename(name: "x") { id } }';

function request(remoteAddress: string | undefined, forwarded?: string): IncomingMessage {
  return {
    socket: { remoteAddress },
    headers: { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage;
}

describe('the address of a client', () => {
  const direct = new ClientAddresses();
  const behind = new ClientAddresses(['10.0.0.0/8', '192.0.2.7', 'fd00::/8']);

  test.each([
    ['the address of the connection', '203.0.113.7', undefined, '203.0.113.7'],
    ['in the form of IPv4 on a socket of both families', '::ffff:203.0.113.7', undefined, '203.0.113.7'],
    ['not what the client says without trusted proxies', '203.0.113.7', '1.2.3.4', '203.0.113.7'],
    ['undefined without a connection', undefined, '1.2.3.4', undefined],
  ])('is %s', (_title, remote, forwarded, expected) => {
    expect(direct.of(request(remote, forwarded))).toBe(expected);
  });

  test.each([
    ['the address that the proxy appended', '10.1.2.3', '203.0.113.7', '203.0.113.7'],
    ['that before the last of several proxies', '::ffff:10.1.2.3', '203.0.113.7, 192.0.2.7', '203.0.113.7'],
    ['not one that the client has sent before it', '10.1.2.3', '1.2.3.4, 203.0.113.7', '203.0.113.7'],
    ['that of a connection that is none of a proxy', '198.51.100.1', '1.2.3.4', '198.51.100.1'],
    ['that of the proxy if it names none', '10.1.2.3', undefined, '10.1.2.3'],
    ['that of the proxy before a text that is no address', '10.1.2.3', '1.2.3.4, unknown', '10.1.2.3'],
    ['without a port', '10.1.2.3', '203.0.113.7:4711', '203.0.113.7'],
    ['of IPv6, without brackets and port', 'fd00::1', '[2001:db8::5]:4711', '2001:db8::5'],
  ])('behind trusted proxies is %s', (_title, remote, forwarded, expected) => {
    expect(behind.of(request(remote, forwarded))).toBe(expected);
  });

  test.each(['local', 'remote'] as const)('reaches %s subgraphs over HTTP and WebSockets', async (mode) => {
    await using fixture = await startFixture({ mode, trustedProxies: ['127.0.0.1'] });
    await post(fixture.url, RENAME, { headers: { 'x-forwarded-for': '203.0.113.7' } });
    await post(fixture.url, RENAME, { headers: { 'x-fleetgraph-client-address': '203.0.113.7' } });
    await using socket = openSocket(fixture.url);
    for await (const { data } of socket.client.iterate({ query: RENAME })) expect(data).toBeTruthy();
    expect(fixture.hub.clientAddresses).toEqual(['203.0.113.7', '127.0.0.1', '127.0.0.1']);
  });
});

test('the setting TRUSTED_PROXIES lists addresses and networks, and nothing else', () => {
  expect(readEnv({ TRUSTED_PROXIES: '10.0.0.0/8, 2001:db8::1' }).TRUSTED_PROXIES).toEqual([
    '10.0.0.0/8',
    '2001:db8::1',
  ]);
  for (const wrong of ['10.0.0.0/33', 'proxy.example.com', '10.0.0.0/', '10.0.0.0/8/8', ''])
    expect(() => readEnv({ TRUSTED_PROXIES: wrong })).toThrow('TRUSTED_PROXIES');
});
