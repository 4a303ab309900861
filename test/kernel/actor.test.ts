import { expect, test } from 'vitest';
import { signActor, verifyActor } from '../../kernel/actor.js';
import { deriveKey } from '../../kernel/secret.js';

const key = deriveKey('a secret of at least 32 characters, for tests', 'actor');
const actor = { account: 'acme', subject: 'ann', expiresAt: new Date('2030-01-01T00:00:00.000Z') };

test('verifies an actor that the gateway signed', async () => {
  expect(await verifyActor(await signActor(actor, key), key)).toEqual(actor);
  const named = { ...actor, issuer: 'https://issuer.example', groups: ['a b', 'ops'], serviceAccountId: 'x' };
  expect(await verifyActor(await signActor(named, key), key)).toEqual(named);
  const unlimited = { account: 'acme', subject: 'ann' };
  expect(await verifyActor(await signActor(unlimited, key), key)).toEqual(unlimited);
});

test('rejects an actor that is signed by another key or is no actor token', async () => {
  const other = deriveKey('another secret of at least 32 characters!!', 'actor');
  expect(await verifyActor(await signActor(actor, other), key)).toBeUndefined();
  expect(
    await verifyActor('eyJhbGciOiJub25lIn0.eyJhY2NvdW50IjoiYWNtZSIsInN1YiI6ImFubiJ9.', key),
  ).toBeUndefined();
});
