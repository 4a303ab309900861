import { describe, expect, it } from 'vitest';
import { AttachedValues } from '../../kernel/attached-values.js';

describe('attached values', () => {
  it('are read by their object and can be replaced', () => {
    const lengths = new AttachedValues<object, number>();
    const object = {};
    expect(lengths.get(object)).toBeUndefined();
    lengths.set(object, 1);
    lengths.set(object, 2);
    expect(lengths.get(object)).toBe(2);
    expect(new AttachedValues<object, number>().get(object)).toBeUndefined();
  });

  it('do not appear among the keys of the object or in a copy of it', () => {
    const lengths = new AttachedValues<object, number>();
    const object = { name: 'own' };
    lengths.set(object, 1);
    expect(JSON.stringify(object)).toBe('{"name":"own"}');
    expect(Reflect.ownKeys({ ...object })).toEqual(['name']);
    expect(lengths.get({ ...object })).toBeUndefined();
  });
});
