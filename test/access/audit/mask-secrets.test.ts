import { describe, expect, test } from 'vitest';
import { maskSecrets } from '../../../access/audit/mask-secrets.js';

describe('the masked input of an audit entry', () => {
  test('masks values of fields with secret names at any depth and in any spelling', () => {
    const input = {
      name: 'web',
      clientToken: 'once',
      adminPassword: 'p',
      nested: [{ API_KEY: 'k', 'private-key': 'k', userData: '#!/bin/sh', documentNumber: '123' }],
      env: [
        { name: 'DB_PASSWORD', value: 'p' },
        { name: 'REGION', value: 'mars' },
      ],
    };
    expect(maskSecrets(input)).toEqual({
      name: 'web',
      clientToken: 'once',
      adminPassword: '[masked]',
      nested: [
        {
          API_KEY: '[masked]',
          'private-key': '[masked]',
          userData: '[masked]',
          documentNumber: '[masked]',
        },
      ],
      env: [
        { name: 'DB_PASSWORD', value: '[masked]' },
        { name: 'REGION', value: 'mars' },
      ],
    });
  });

  test('keeps null, which is no secret', () => {
    expect(maskSecrets({ password: null, size: 3, at: new Date(0) })).toEqual({
      password: null,
      size: 3,
      at: '1970-01-01T00:00:00.000Z',
    });
  });

  test('bounds texts, lists, depth and the number of values', () => {
    let deep: unknown = 'end';
    for (let level = 0; level < 10_000; level += 1) deep = { deep };
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index]));
    const masked = maskSecrets({
      text: 'x'.repeat(3_000_000),
      list: Array(200).fill(1),
      deep,
      many,
      [`n${'x'.repeat(3_000_000)}`]: 1,
    });
    expect(JSON.stringify(masked).length).toBeLessThan(20_000);
    expect(JSON.stringify(masked)).toContain('(3000000 characters)');
  });

  test('replaces characters that jsonb rejects', () => {
    expect(maskSecrets('nul\0 and \ud800 alone')).toBe('nul\ufffd and \ufffd alone');
  });

  test('treats __proto__ as any other field', () => {
    const masked = maskSecrets(JSON.parse('{ "__proto__": { "password": "p" } }'));
    expect(JSON.stringify(masked)).toBe('{"__proto__":{"password":"[masked]"}}');
  });
});
