import { expect, test } from 'vitest';
import { forwardedHeaders } from '../../../kubesim/control-planes/authenticating-proxy.js';

const ann = { name: 'acme:ann', groups: ['fleetgraph:readers'] };

test.each([
  'authorization',
  'x-remote-user',
  'x-remote-group',
  'x-remote-uid',
  'x-remote-extra-scopes',
  'connection',
  'host',
  'transfer-encoding',
  'proxy-authorization',
  'upgrade',
])('a proxied request does not have the header %s of the client', (name) => {
  expect(forwardedHeaders({ [name]: 'claimed', accept: 'application/json' }, ann)).toEqual({
    accept: 'application/json',
    'x-remote-user': 'acme:ann',
    'x-remote-group': ['fleetgraph:readers'],
  });
});

test('a proxied request keeps the impersonation of the client, which the API server checks', () => {
  const headers = { 'impersonate-user': 'bob', 'impersonate-group': 'team' };
  expect(forwardedHeaders(headers, ann)).toMatchObject(headers);
});

test('a request whose token the API server authenticates names no user', () => {
  const headers = {
    authorization: 'Bearer a.b.c',
    'x-remote-user': 'root',
    'x-remote-group': 'system:masters',
  };
  expect(forwardedHeaders(headers, undefined)).toEqual({ authorization: 'Bearer a.b.c' });
});

test('a user name outside ASCII is sent as UTF-8', () => {
  const { 'x-remote-user': sent } = forwardedHeaders({}, { name: 'acme:安娜', groups: [] });
  expect(Buffer.from(String(sent), 'latin1').toString()).toBe('acme:安娜');
});
