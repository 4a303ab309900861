import { expect, test } from 'vitest';
import { impersonatedUser } from '../../access/kubernetes-user.js';
import { testActor } from '../kit/actor.js';

test('a stream that subjects share acts in clusters with the groups of its actor and without its name', () => {
  const ann = testActor('acme', { subject: 'ann' });
  const own = impersonatedUser(ann);
  expect(own.name).toBe('acme:ann');
  expect(impersonatedUser({ ...ann, rights: 'key' })).toEqual({ name: 'acme:', groups: own.groups });
});
