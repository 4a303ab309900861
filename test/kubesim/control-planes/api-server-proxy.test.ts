import { expect, test } from 'vitest';
import { forwardedHeaders } from '../../../kubesim/control-planes/api-server-proxy.js';

test.each([
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
  expect(forwardedHeaders({ [name]: 'claimed', accept: 'application/json' })).toEqual({
    accept: 'application/json',
  });
});

test('a proxied request keeps the token and the impersonation of the client, which the API server checks', () => {
  const headers = {
    authorization: 'Bearer a.b.c',
    'impersonate-user': 'bob',
    'impersonate-group': 'team',
  };
  expect(forwardedHeaders(headers)).toEqual(headers);
});
