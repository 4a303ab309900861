import { describe, expect, test } from 'vitest';
import {
  isVerified,
  verificationProblems,
  type VerificationRequest,
} from '../../../subgraphs/clusters/model/account-verification.rules.js';

describe('rules of real-name verification', () => {
  test.each([
    [undefined, null, true],
    [true, null, true],
    [false, null, false],
    [false, {}, true],
  ])(
    'with the claim %s and the registry entry %o the account is verified: %s',
    (claim, registered, expected) => {
      expect(isVerified(claim, registered)).toBe(expected);
    },
  );

  const person: VerificationRequest = { kind: 'PERSON', name: '王芳', documentNumber: '11010519491231002X' };
  const enterprise: VerificationRequest = {
    kind: 'ENTERPRISE',
    name: 'Acme',
    documentNumber: '91330100MA27X6AB0T',
  };
  test.each<[string, VerificationRequest, string[]]>([
    ['a person', person, []],
    ['an enterprise', enterprise, []],
    ['no name', { ...person, name: ' ' }, ['name']],
    ['a number that is too short', { ...person, documentNumber: '123' }, ['documentNumber']],
    [
      'a check character that does not fit',
      { ...person, documentNumber: '110105194912310021' },
      ['documentNumber'],
    ],
    ['a day of birth that is none', { ...person, documentNumber: '110105194902310026' }, ['documentNumber']],
    [
      'a day of birth that is still to come',
      { ...person, documentNumber: '11010520491231002X' },
      ['documentNumber'],
    ],
    ['a place that begins with 0', { ...person, documentNumber: '010105194912310026' }, ['documentNumber']],
    ['a small x at the end', { ...person, documentNumber: '11010519491231002x' }, []],
    [
      'a code with another check character',
      { ...enterprise, documentNumber: '91330100MA27X6AB0C' },
      ['documentNumber'],
    ],
    ['letters in a person’s number', { ...person, documentNumber: '1101051949123100AB' }, ['documentNumber']],
    [
      'an O in an enterprise’s code',
      { ...enterprise, documentNumber: 'O1330100MA27X6AB0C' },
      ['documentNumber'],
    ],
    ['a code of zeros only', { ...enterprise, documentNumber: '0'.repeat(18) }, ['documentNumber']],
    [
      'a code with letters for its place',
      { ...enterprise, documentNumber: '91AAAAAAMA27X6AB0N' },
      ['documentNumber'],
    ],
  ])('validates %s', (_what, request, paths) => {
    expect(verificationProblems(request, new Date('2026-12-01')).map(({ path }) => path?.[1])).toEqual(paths);
  });
});
