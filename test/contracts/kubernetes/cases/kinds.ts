import { expect } from 'vitest';
import type { Area, CaseContext, ContractCase } from '../contract-case.js';
import { expectInvalid, expectSuccess } from '../expectations.js';
import { allKinds } from '../kinds/all-kinds.js';
import type { KindContract, Manifest } from '../kinds/kind-contract.js';

const isObject = (value: unknown): value is Manifest =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** RFC 7386. */
function merged(base: unknown, change: unknown): unknown {
  if (!isObject(change)) return change;
  const result: Record<string, unknown> = isObject(base) ? { ...base } : {};
  for (const [key, value] of Object.entries(change))
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  return result;
}

function pathOf({ version, plural, clusterScoped }: KindContract, namespace: string): string {
  const root = `${version.includes('/') ? '/apis' : '/api'}/${version}`;
  return clusterScoped ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
}

function manifestOf(contract: KindContract, context: CaseContext, change: Manifest = {}) {
  const { version, kind, name = context.unique('object'), minimal } = contract;
  const object = { apiVersion: version, kind, metadata: { name }, ...minimal };
  return merged(object, change) as Manifest;
}

/** The cases of one kind; a title begins with the kind. */
function casesOf(contract: KindContract): [string, ContractCase][] {
  const { kind, defaults = {}, invalid = {}, immutable = {} } = contract;
  const created: [string, ContractCase] = [
    `${kind}: creates the smallest object with its defaults`,
    async (context) => {
      const manifest = manifestOf(contract, context);
      const response = await context.api.post(pathOf(contract, context.namespace), manifest);
      expect(expectSuccess(response, 201)).toMatchObject(merged(manifest, defaults) as object);
    },
  ];
  const rejected = Object.entries(invalid).map(([what, [change, ...causes]]): [string, ContractCase] => [
    `${kind}: rejects ${what}`,
    async (context) => {
      const manifest = manifestOf(contract, context, change);
      expectInvalid(await context.api.post(pathOf(contract, context.namespace), manifest), ...causes);
    },
  ]);
  const kept = Object.entries(immutable).map(([what, [change, ...causes]]): [string, ContractCase] => [
    `${kind}: refuses to change ${what}`,
    async (context) => {
      const collection = pathOf(contract, context.namespace);
      const response = await context.api.post(collection, manifestOf(contract, context));
      const { metadata } = expectSuccess(response, 201);
      const path = `${collection}/${metadata.name}`;
      expectInvalid(await context.api.patch(path, 'merge', change), ...causes);
    },
  ]);
  return [created, ...rejected, ...kept];
}

/** Defaults and validation of every kind. */
export const kinds: Area = { name: 'kinds', cases: Object.fromEntries(allKinds.flatMap(casesOf)) };
