import { expect, test } from 'vitest';
import { USER_HEADER, userHeaders } from '../../kubesim/kubernetes/aggregation/aggregated-server.js';

test('names the user of a forwarded request, its groups and what else is known of it', () => {
  const headers = userHeaders({
    username: 'jane',
    uid: '7',
    groups: ['developers', 'system:authenticated'],
    extra: { 'example.com/team id': ['a', 'b'] },
  });
  expect(headers).toEqual({
    'x-remote-user': 'jane',
    'x-remote-uid': '7',
    'x-remote-group': ['developers', 'system:authenticated'],
    'x-remote-extra-example.com%2Fteam%20id': ['a', 'b'],
  });
});

test('recognizes the headers with which a client could name another user', () => {
  const names = ['x-remote-user', 'x-remote-uid', 'x-remote-group', 'x-remote-extra-scopes', 'x-request-id'];
  expect(names.filter((name) => USER_HEADER.test(name))).toEqual(names.slice(0, 4));
});
