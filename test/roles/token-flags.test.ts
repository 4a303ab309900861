import { expect, test } from 'vitest';
import { checkTokenFlags } from '../../roles/token-flags.js';

const MAX_DAYS = 400;

test.each(['Acme', 'system', 'a b', '', 'a'.repeat(64)])(
  'rejects a token for the account "%s"',
  (account) => {
    expect(() => checkTokenFlags({ account, ttl: 60 }, MAX_DAYS)).toThrow(
      '--account is 1 to 63 lower-case letters',
    );
  },
);

test.each([0, -5, 1.5, NaN, 1e99, MAX_DAYS * 86_400 + 1])('rejects a token that lasts %s seconds', (ttl) => {
  expect(() => checkTokenFlags({ account: 'acme', ttl }, MAX_DAYS)).toThrow(
    '--ttl is a whole number of seconds from 1',
  );
});

test('accepts a token for the longest time that the gateway accepts', () => {
  expect(() => checkTokenFlags({ account: 'acme', ttl: MAX_DAYS * 86_400 }, MAX_DAYS)).not.toThrow();
});
